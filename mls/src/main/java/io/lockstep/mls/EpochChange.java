package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.schedule.TranscriptHash;

/**
 * The last step of every Commit, sent or received (RFC 9420 sections 12.4.1 and 12.4.2):
 * transcript, key schedule, confirmation tag. Holds the joiner secret; close it when the Welcome is
 * made.
 */
record EpochChange(GroupContext context, KeySchedule schedule, KeySchedule.Epoch epoch)
    implements AutoCloseable {

  /** The secrets that feed the new epoch. */
  record Inputs(Secret init, Secret commit, Secret psk) {}

  /**
   * @param provisional the context of the new epoch, with the old confirmed transcript hash
   * @param interim the interim transcript hash of the old epoch
   */
  static EpochChange of(
      GroupContext provisional,
      byte[] interim,
      AuthenticatedContent commit,
      Inputs inputs,
      int leafCount) {
    CipherSuite suite = provisional.suite();
    byte[] confirmed = TranscriptHash.confirmed(suite, interim, commit.confirmedTranscriptInput());
    GroupContext context = provisional.withConfirmedTranscriptHash(confirmed);
    byte[] encoded = context.encode();
    KeySchedule schedule =
        KeySchedule.ofCommit(suite, inputs.init, inputs.commit, inputs.psk, encoded);
    return new EpochChange(context, schedule, schedule.epoch(encoded, leafCount));
  }

  byte[] confirmationTag() {
    return epoch.secrets().confirmationTag(context.suite(), context.confirmedTranscriptHash());
  }

  void verify(byte[] confirmationTag) throws MlsException.Invalid {
    if (!epoch
        .secrets()
        .verifyConfirmationTag(
            context.suite(), context.confirmedTranscriptHash(), confirmationTag)) {
      throw new MlsException.Invalid(Rule.CONFIRMATION_TAG, "the confirmation tag does not verify");
    }
  }

  @Override
  public void close() {
    schedule.close();
  }
}
