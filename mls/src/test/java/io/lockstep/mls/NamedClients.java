package io.lockstep.mls;

/** Believes every credential; equal credentials are the same client. */
final class NamedClients implements CredentialValidator {
  @Override
  public void validate(Credential credential, byte[] signaturePublicKey) {}

  @Override
  public boolean sameClient(Credential credential, Credential successor) {
    return credential.equals(successor);
  }
}
