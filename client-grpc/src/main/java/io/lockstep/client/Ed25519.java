package io.lockstep.client;

import io.lockstep.mls.crypto.Secret;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** Plain Ed25519 signatures (RFC 8032), as the Authentication Service wants them. */
final class Ed25519 {
  private Ed25519() {}

  static byte[] sign(Secret seed, byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, new Ed25519PrivateKeyParameters(seed.expose()));
    signer.update(message, 0, message.length);
    return signer.generateSignature();
  }
}
