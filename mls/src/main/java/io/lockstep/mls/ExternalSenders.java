package io.lockstep.mls;

import io.lockstep.mls.crypto.SignaturePublicKey;
import java.util.List;

/** Those outside of the group who may send proposals to it (RFC 9420 section 12.1.8.1). */
record ExternalSenders(List<ExternalSender> senders) {
  static ExternalSenders in(List<Extension> groupContextExtensions) throws MlsException {
    return new ExternalSenders(ExternalSender.in(groupContextExtensions));
  }

  /** Credentials that are new are validated (section 5.3.1). */
  static void check(List<Extension> next, List<Extension> before, CredentialValidator credentials)
      throws MlsException {
    List<ExternalSender> known = in(before).senders;
    for (ExternalSender sender : in(next).senders) {
      if (!known.contains(sender)) {
        credentials.validate(sender.credential(), sender.signatureKey().bytes());
      }
    }
  }

  SignaturePublicKey key(long index) throws MlsException.Invalid {
    if (index >= senders.size()) {
      throw new MlsException.Invalid(
          Rule.EXTERNAL_SENDER_KNOWN, "there is no external sender " + index);
    }
    return senders.get((int) index).signatureKey();
  }
}
