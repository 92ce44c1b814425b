package io.lockstep.sequencer.law;

import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.Rejected;

/**
 * A rule says no. Never leaves this package: {@link StreamFold#decide} makes it an entry. It has no
 * stack trace, since refusing is ordinary work.
 */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Rejected rejected;

  private Refused(Rejected rejected) {
    super(rejected.getReason().name(), null, false, false);
    this.rejected = rejected;
  }

  static Refused because(Rejected.Reason reason) {
    return new Refused(Rejected.newBuilder().setReason(reason).build());
  }

  static Refused malformed() {
    return because(Rejected.Reason.MALFORMED_MESSAGE);
  }

  /**
   * @param winnerSequence of the Commit that ended the epoch; 0 when there is none or it is not
   *     known any more
   */
  static Refused wrongEpoch(EpochState current, long winnerSequence) {
    return new Refused(
        Rejected.newBuilder()
            .setReason(Rejected.Reason.WRONG_EPOCH)
            .setCurrentEpoch(current.getEpoch())
            .setWinnerSequence(winnerSequence)
            .build());
  }

  static Refused wrongPass(EpochState current) {
    return new Refused(
        Rejected.newBuilder()
            .setReason(Rejected.Reason.WRONG_PASS)
            .setCurrentEpoch(current.getEpoch())
            .build());
  }

  Rejected rejected() {
    return rejected;
  }
}
