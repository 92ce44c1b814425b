package io.lockstep.gateway.admission;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Reason;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamState;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A group as of some entry of its log, perhaps not the newest. It refuses only what no later entry
 * can make right: the pass hash of an epoch, and whether the group admits external commits, never
 * change. So a view that lags behind is never wrong, it only refuses less.
 *
 * @param epochs the hash of each epoch's pass, by epoch
 */
public record GroupView(long sequence, boolean externalJoin, Map<Long, ByteString> epochs) {
  private static final int EPOCHS_MAX = SubmitLimits.PAST_EPOCHS_MAX + 1;

  public GroupView {
    epochs = Map.copyOf(epochs);
  }

  /** Empty when the stream is no group. */
  public static Optional<GroupView> of(StreamState state) {
    if (!state.hasGroup()) {
      return Optional.empty();
    }
    GroupState group = state.getGroup();
    Map<Long, ByteString> epochs = new HashMap<>();
    for (EpochState epoch : group.getEpochsList()) {
      epochs.put(epoch.getEpoch(), epoch.getPassHash());
    }
    return Optional.of(
        new GroupView(state.getSequence(), group.getSettings().getExternalJoin(), epochs));
  }

  /** The view after the next entry; empty when entries in between are missing. */
  public Optional<GroupView> after(Sequenced entry) {
    if (entry.getSequence() <= sequence) {
      return Optional.of(this);
    }
    if (entry.getSequence() != sequence + 1) {
      return Optional.empty();
    }
    Map<Long, ByteString> next = new HashMap<>(epochs);
    if (entry.hasCommit()) {
      next.put(entry.getEpoch() + 1, entry.getCommit().getNextPassHash());
      next.remove(entry.getEpoch() + 1 - EPOCHS_MAX);
    }
    return Optional.of(new GroupView(entry.getSequence(), externalJoin, next));
  }

  public void check(Admitted.Proof proof) throws Refused {
    switch (proof) {
      case Admitted.Pass pass -> {
        ByteString known = epochs.get(pass.epoch());
        if (known != null
            && !MessageDigest.isEqual(known.toByteArray(), pass.hash().toByteArray())) {
          throw new Refused(
              Reason.WRONG_PASS, "the pass is not that of the epoch that the message names");
        }
      }
      case Admitted.TokenToJoin join -> {
        if (!externalJoin) {
          throw new Refused(
              Reason.EXTERNAL_JOIN_CLOSED, "the group does not admit external commits");
        }
      }
      case Admitted.TokenToCreate create -> {}
    }
  }
}
