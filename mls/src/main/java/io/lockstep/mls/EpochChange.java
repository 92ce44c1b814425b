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
    GroupContext context = confirmed(provisional, interim, commit);
    byte[] encoded = context.encode();
    KeySchedule schedule =
        KeySchedule.ofCommit(suite, inputs.init, inputs.commit, inputs.psk, encoded);
    return new EpochChange(context, schedule, schedule.epoch(encoded, leafCount));
  }

  /** The first step, which needs no secret: the context with the Commit in its transcript. */
  static GroupContext confirmed(
      GroupContext provisional, byte[] interim, AuthenticatedContent commit) {
    byte[] hash =
        TranscriptHash.confirmed(provisional.suite(), interim, commit.confirmedTranscriptInput());
    return provisional.withConfirmedTranscriptHash(hash);
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
