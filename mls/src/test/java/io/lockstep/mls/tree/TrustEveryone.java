package io.lockstep.mls.tree;

import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;

/** For tests about something else than credentials. */
final class TrustEveryone implements CredentialValidator {
  @Override
  public void validate(Credential credential, byte[] signaturePublicKey) {}

  @Override
  public boolean sameClient(Credential credential, Credential successor) {
    return true;
  }
}
