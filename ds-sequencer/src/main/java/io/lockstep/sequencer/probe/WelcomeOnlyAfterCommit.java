package io.lockstep.sequencer.probe;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * An inbox holds a Welcome only if the Commit that made it was accepted and names this inbox as a
 * joiner's, and only once (RFC 9420 section 14). An inbox may be in another partition than the
 * group and be seen before it, so what has no Commit yet is {@link #unexplained()} until one comes.
 */
public final class WelcomeOnlyAfterCommit implements Law {
  private record Invitation(ByteString group, long sequence, ByteString inbox) {}

  private final Map<Invitation, ByteString> expected = new HashMap<>();
  private final Map<Invitation, ByteString> found = new HashMap<>();

  @Override
  public void observe(Observation seen) {
    StreamEntry entry = seen.entry();
    Sequenced accepted = entry.getSequenced();
    switch (accepted.getBodyCase()) {
      case COMMIT -> {
        for (Joiner joiner : accepted.getCommit().getJoinersList()) {
          Invitation one =
              new Invitation(entry.getStreamId(), accepted.getSequence(), joiner.getInboxId());
          expected.put(one, accepted.getChain());
          compare(seen, one);
        }
      }
      case ITEM -> {
        WelcomeItem item = parse(seen, accepted.getItem().getWelcome());
        Invitation one = new Invitation(item.getGroupId(), item.getSequence(), entry.getStreamId());
        LawBroken.unless(
            found.put(one, item.getChain()) == null, this, seen, "the same Welcome twice");
        compare(seen, one);
      }
      case CREATED, PROPOSAL, APPLICATION, BODY_NOT_SET -> {}
    }
  }

  /** Number of Welcomes that no accepted Commit explains; 0 once all partitions were seen. */
  public int unexplained() {
    Set<Invitation> without = new HashSet<>(found.keySet());
    without.removeAll(expected.keySet());
    return without.size();
  }

  /** Number of joiners whose Welcome is not in their inbox yet. */
  public int undelivered() {
    Set<Invitation> without = new HashSet<>(expected.keySet());
    without.removeAll(found.keySet());
    return without.size();
  }

  public int delivered() {
    return found.size();
  }

  private void compare(Observation seen, Invitation one) {
    ByteString chain = expected.get(one);
    ByteString told = found.get(one);
    LawBroken.unless(
        chain == null || told == null || chain.equals(told),
        this,
        seen,
        "the Welcome names another head of the group's chain");
  }

  private WelcomeItem parse(Observation seen, ByteString bytes) {
    try {
      return WelcomeItem.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new LawBroken(this, seen, "an item that is no Welcome");
    }
  }
}
