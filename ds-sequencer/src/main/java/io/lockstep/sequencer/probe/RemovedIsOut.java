package io.lockstep.sequencer.probe;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.StreamLimits;
import java.util.HashMap;
import java.util.Map;

/**
 * Whatever was accepted in a group came with the pass of the epoch that it names, and that epoch
 * was the current one, or had ended no more than 60 seconds before: so whoever a Commit removed is
 * out. The one exception is a Commit without a pass, in a group that admits external Commits.
 */
public final class RemovedIsOut implements Law {
  private static final class Group {
    final boolean externalJoin;
    final Map<Long, ByteString> passes = new HashMap<>();
    final Map<Long, Long> ended = new HashMap<>();

    Group(CreateGroup created) {
      externalJoin = created.getSettings().getExternalJoin();
      passes.put(0L, created.getPassHash());
    }
  }

  private final Map<String, Group> groups = new HashMap<>();

  @Override
  public void observe(Observation seen) {
    StreamEntry entry = seen.entry();
    Sequenced accepted = entry.getSequenced();
    Group group = groups.get(seen.stream());
    switch (accepted.getBodyCase()) {
      case CREATED -> groups.put(seen.stream(), new Group(accepted.getCreated()));
      case PROPOSAL, APPLICATION ->
          checkPass(seen, group, seen.command().getMessage().getPassHash());
      case COMMIT -> {
        PostCommit commit = accepted.getCommit();
        if (!commit.getPassHash().isEmpty() || !group.externalJoin) {
          checkPass(seen, group, commit.getPassHash());
        }
        LawBroken.unless(
            !group.ended.containsKey(accepted.getEpoch()), this, seen, "Commit of an ended epoch");
        group.ended.put(accepted.getEpoch(), entry.getTimeMs());
        group.passes.put(accepted.getEpoch() + 1, commit.getNextPassHash());
      }
      case ITEM, BODY_NOT_SET -> {}
    }
  }

  private void checkPass(Observation seen, Group group, ByteString shown) {
    long epoch = seen.entry().getSequenced().getEpoch();
    LawBroken.unless(shown.equals(group.passes.get(epoch)), this, seen, "not the epoch's pass");
    Long ended = group.ended.get(epoch);
    boolean open =
        ended == null || seen.entry().getTimeMs() - ended <= StreamLimits.PAST_EPOCH_GRACE_MILLIS;
    LawBroken.unless(open, this, seen, "accepted long after its epoch had ended");
  }
}
