package io.lockstep.sequencer.probe;

import io.lockstep.log.v1.Sequenced;
import java.util.HashMap;
import java.util.Map;

/**
 * A group's accepted Commits are for the epochs 0, 1, 2 ...: one for each, in this order, and
 * nothing is accepted for an epoch that no Commit has opened yet.
 */
public final class OneCommitPerEpoch implements Law {
  private final Map<String, Long> epochs = new HashMap<>();

  @Override
  public void observe(Observation seen) {
    Sequenced entry = seen.entry().getSequenced();
    switch (entry.getBodyCase()) {
      case CREATED -> {
        Long before = epochs.put(seen.stream(), 0L);
        LawBroken.unless(before == null, this, seen, "a group was created twice");
      }
      case COMMIT -> {
        long current = current(seen);
        LawBroken.unless(
            entry.getEpoch() == current,
            this,
            seen,
            "Commit for epoch " + entry.getEpoch() + " accepted in epoch " + current);
        epochs.put(seen.stream(), current + 1);
      }
      case PROPOSAL ->
          LawBroken.unless(
              entry.getEpoch() == current(seen), this, seen, "Proposal outside its epoch");
      case APPLICATION ->
          LawBroken.unless(
              Long.compareUnsigned(entry.getEpoch(), current(seen)) <= 0,
              this,
              seen,
              "message from the future");
      case ITEM, BODY_NOT_SET -> {}
    }
  }

  private long current(Observation seen) {
    Long epoch = epochs.get(seen.stream());
    LawBroken.unless(epoch != null, this, seen, "a group that was never created");
    return epoch;
  }
}
