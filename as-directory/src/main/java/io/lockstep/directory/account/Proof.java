package io.lockstep.directory.account;

import io.lockstep.api.v1.Reason;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Checks of Ed25519 keys and signatures (RFC 8032) that callers show. */
final class Proof {
  private Proof() {}

  /** Refuses bytes that are no public key, or one of small order, for which anybody can sign. */
  static void requirePublicKey(byte[] key, String field) {
    if (key.length != Ed25519.PUBLIC_KEY_SIZE || !Ed25519.validatePublicKeyFull(key, 0)) {
      throw new Refusal(Reason.INVALID_FIELD, field + " is not an Ed25519 public key");
    }
  }

  static void requireSignature(byte[] key, byte[] signed, byte[] signature, String field) {
    if (signature.length != Ed25519.SIGNATURE_SIZE
        || !Ed25519.verify(signature, 0, key, 0, signed, 0, signed.length)) {
      throw new Refusal(Reason.PROOF_INVALID, field + " does not verify");
    }
  }
}
