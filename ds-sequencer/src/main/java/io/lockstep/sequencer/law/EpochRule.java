package io.lockstep.sequencer.law;

import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.mls.MlsFrame;
import java.util.Optional;

/**
 * Which epoch a message may be for, with the group at epoch e:
 *
 * <ul>
 *   <li>a Proposal or a Commit: e. The first Commit wins, since it moves the group on.
 *   <li>an application message: e, or one of the {@code past_epochs} before it as long as it ended
 *       no more than {@link StreamLimits#PAST_EPOCH_GRACE_MILLIS} ago. Never the future.
 * </ul>
 */
final class EpochRule {
  private EpochRule() {}

  /** The open epoch that the message names. */
  static EpochState open(GroupState group, MlsFrame.GroupMessage message, long now) throws Refused {
    EpochState current = current(group);
    if (message.epoch() == current.getEpoch()) {
      return current;
    }
    return switch (message.contentType()) {
      case PROPOSAL -> throw Refused.wrongEpoch(current, 0);
      case COMMIT -> throw Refused.wrongEpoch(current, winner(group, message.epoch()));
      case APPLICATION -> {
        Optional<EpochState> past = find(group, message.epoch());
        if (past.isEmpty() || !isInGrace(past.get(), now)) {
          throw Refused.wrongEpoch(current, 0);
        }
        yield past.get();
      }
    };
  }

  static EpochState current(GroupState group) {
    return group.getEpochs(group.getEpochsCount() - 1);
  }

  private static boolean isInGrace(EpochState past, long now) {
    return LogTime.within(past.getEndedMs(), now, StreamLimits.PAST_EPOCH_GRACE_MILLIS);
  }

  /** The Commit that ended an epoch is the one that opened the next; nothing ended a future one. */
  private static long winner(GroupState group, long epoch) {
    return Long.compareUnsigned(epoch, group.getEpoch()) < 0
        ? find(group, epoch + 1).map(EpochState::getOpenedBy).orElse(0L)
        : 0;
  }

  private static Optional<EpochState> find(GroupState group, long epoch) {
    return group.getEpochsList().stream().filter(each -> each.getEpoch() == epoch).findFirst();
  }
}
