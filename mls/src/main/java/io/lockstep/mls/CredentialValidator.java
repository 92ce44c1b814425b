package io.lockstep.mls;

/**
 * The client's view of the Authentication Service (RFC 9420 section 5.3.1). Called for every
 * credential that enters a group, with the key it must vouch for. Must be fast or cached: joining a
 * group asks once per member.
 */
public interface CredentialValidator {
  /**
   * Throws, most often {@link MlsException.Invalid}, if the credential does not vouch for the key
   * or is not acceptable.
   */
  void validate(Credential credential, byte[] signaturePublicKey) throws MlsException;

  /**
   * Whether both credentials stand for the same client, so that {@code successor} may take the
   * place of {@code credential}: in an Update, in the leaf of a Commit, and when a client that lost
   * its state comes back by external Commit (section 12.4.3.2).
   */
  boolean sameClient(Credential credential, Credential successor);
}
