package io.lockstep.mls.crypto;

import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.math.ec.rfc8032.Ed448;

/**
 * The signature schemes of RFC 9420 section 17.1. Verification answers false to whatever is not a
 * signature or not a key.
 */
enum SignatureScheme {
  ED25519 {
    @Override
    byte[] generatePrivateKey(SecureRandom random) {
      return randomBytes(Ed25519.SECRET_KEY_SIZE, random);
    }

    @Override
    byte[] publicKey(byte[] privateKey) {
      requireLength(privateKey, Ed25519.SECRET_KEY_SIZE);
      byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
      Ed25519.generatePublicKey(privateKey, 0, publicKey, 0);
      return publicKey;
    }

    @Override
    byte[] sign(byte[] privateKey, byte[] publicKey, byte[] message) {
      byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
      Ed25519.sign(privateKey, 0, publicKey, 0, message, 0, message.length, signature, 0);
      return signature;
    }

    @Override
    boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
      return publicKey.length == Ed25519.PUBLIC_KEY_SIZE
          && signature.length == Ed25519.SIGNATURE_SIZE
          && Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
    }
  },
  ED448 {
    private static final byte[] NO_CONTEXT = {};

    @Override
    byte[] generatePrivateKey(SecureRandom random) {
      return randomBytes(Ed448.SECRET_KEY_SIZE, random);
    }

    @Override
    byte[] publicKey(byte[] privateKey) {
      requireLength(privateKey, Ed448.SECRET_KEY_SIZE);
      byte[] publicKey = new byte[Ed448.PUBLIC_KEY_SIZE];
      Ed448.generatePublicKey(privateKey, 0, publicKey, 0);
      return publicKey;
    }

    @Override
    byte[] sign(byte[] privateKey, byte[] publicKey, byte[] message) {
      byte[] signature = new byte[Ed448.SIGNATURE_SIZE];
      Ed448.sign(privateKey, 0, publicKey, 0, NO_CONTEXT, message, 0, message.length, signature, 0);
      return signature;
    }

    @Override
    boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
      return publicKey.length == Ed448.PUBLIC_KEY_SIZE
          && signature.length == Ed448.SIGNATURE_SIZE
          && Ed448.verify(signature, 0, publicKey, 0, NO_CONTEXT, message, 0, message.length);
    }
  },
  ECDSA_P256 {
    @Override
    NistCurve curve() {
      return NistCurve.P256;
    }
  },
  ECDSA_P384 {
    @Override
    NistCurve curve() {
      return NistCurve.P384;
    }
  },
  ECDSA_P521 {
    @Override
    NistCurve curve() {
      return NistCurve.P521;
    }
  };

  /** Only the ECDSA schemes have one; they need override nothing else. */
  NistCurve curve() {
    throw new IllegalStateException(this + " has no NIST curve");
  }

  byte[] generatePrivateKey(SecureRandom random) {
    byte[] candidate;
    do {
      candidate = randomBytes(curve().privateKeyLength(), random);
      if (this == ECDSA_P521) {
        candidate[0] &= 1;
      }
    } while (!curve().isScalar(candidate));
    return candidate;
  }

  byte[] publicKey(byte[] privateKey) {
    return curve().publicKey(privateKey);
  }

  byte[] sign(byte[] privateKey, byte[] publicKey, byte[] message) {
    return curve().sign(privateKey, message);
  }

  boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    return curve().verify(publicKey, message, signature);
  }

  private static byte[] randomBytes(int length, SecureRandom random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void requireLength(byte[] key, int length) {
    if (key.length != length) {
      throw new IllegalArgumentException("a private key of " + length + " bytes is needed");
    }
  }
}
