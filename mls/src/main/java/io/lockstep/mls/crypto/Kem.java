package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import java.util.function.IntFunction;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc7748.X448;

/** The Diffie-Hellman groups below DHKEM (RFC 9180 section 7.1). */
enum Kem {
  X25519_SHA256(0x0020, X25519.SCALAR_SIZE) {
    @Override
    byte[] publicKey(byte[] privateKey) {
      requireLength(privateKey);
      byte[] publicKey = new byte[X25519.POINT_SIZE];
      X25519.generatePublicKey(privateKey, 0, publicKey, 0);
      return publicKey;
    }

    @Override
    byte[] agree(byte[] privateKey, byte[] publicKey) throws MlsException.Invalid {
      byte[] shared = new byte[X25519.POINT_SIZE];
      check(
          publicKey.length == X25519.POINT_SIZE
              && X25519.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0));
      return shared;
    }
  },
  X448_SHA512(0x0021, X448.SCALAR_SIZE) {
    @Override
    byte[] publicKey(byte[] privateKey) {
      requireLength(privateKey);
      byte[] publicKey = new byte[X448.POINT_SIZE];
      X448.generatePublicKey(privateKey, 0, publicKey, 0);
      return publicKey;
    }

    @Override
    byte[] agree(byte[] privateKey, byte[] publicKey) throws MlsException.Invalid {
      byte[] shared = new byte[X448.POINT_SIZE];
      check(
          publicKey.length == X448.POINT_SIZE
              && X448.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0));
      return shared;
    }
  },
  P256_SHA256(0x0010, 32) {
    @Override
    NistCurve curve() {
      return NistCurve.P256;
    }
  },
  P384_SHA384(0x0011, 48) {
    @Override
    NistCurve curve() {
      return NistCurve.P384;
    }
  },
  P521_SHA512(0x0012, 66) {
    @Override
    NistCurve curve() {
      return NistCurve.P521;
    }
  };

  private static final int CANDIDATES_MAX = 256;

  final int id;
  final int privateKeyLength;

  Kem(int id, int privateKeyLength) {
    this.id = id;
    this.privateKeyLength = privateKeyLength;
  }

  /** Only the NIST groups have one; they need override nothing else. */
  NistCurve curve() {
    throw new IllegalStateException(this + " has no NIST curve");
  }

  byte[] publicKey(byte[] privateKey) {
    return curve().publicKey(privateKey);
  }

  byte[] agree(byte[] privateKey, byte[] publicKey) throws MlsException.Invalid {
    return curve().agree(privateKey, publicKey);
  }

  boolean isPublicKey(byte[] key) {
    return takesAnyScalar() ? key.length == privateKeyLength : curve().isPoint(key);
  }

  int publicKeyLength() {
    return takesAnyScalar() ? privateKeyLength : 1 + 2 * privateKeyLength;
  }

  /** Whether any string of {@link #privateKeyLength} bytes is a private key. */
  boolean takesAnyScalar() {
    return this == X25519_SHA256 || this == X448_SHA512;
  }

  /** The first candidate that is a scalar of the group (RFC 9180 section 7.1.3). */
  byte[] firstScalar(IntFunction<byte[]> candidates) {
    for (int counter = 0; counter < CANDIDATES_MAX; counter++) {
      byte[] candidate = candidates.apply(counter);
      if (this == P521_SHA512) {
        candidate[0] &= 1;
      }
      if (curve().isScalar(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException("no key pair can be derived: probability below 2^-8000");
  }

  void requireLength(byte[] privateKey) {
    if (privateKey.length != privateKeyLength) {
      throw new IllegalArgumentException(
          "a private key of " + privateKeyLength + " bytes is needed");
    }
  }

  private static void check(boolean holds) throws MlsException.Invalid {
    if (!holds) {
      throw new MlsException.Invalid(
          Rule.PUBLIC_KEY_VALID, "not a usable public key of the suite's KEM");
    }
  }
}
