package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * A NIST prime curve for both ECDH and ECDSA. Public keys are uncompressed points, private keys
 * big-endian scalars.
 */
final class NistCurve {
  static final NistCurve P256 = new NistCurve("P-256", HashAlgorithm.SHA256);
  static final NistCurve P384 = new NistCurve("P-384", HashAlgorithm.SHA384);
  static final NistCurve P521 = new NistCurve("P-521", HashAlgorithm.SHA512);

  private static final byte UNCOMPRESSED = 4;

  private final String name;
  private final HashAlgorithm hash;
  private final ECDomainParameters domain;
  private final int fieldLength;

  private NistCurve(String name, HashAlgorithm hash) {
    this.name = name;
    this.hash = hash;
    X9ECParameters parameters = CustomNamedCurves.getByName(name);
    this.domain = new ECDomainParameters(parameters);
    this.fieldLength = (domain.getCurve().getFieldSize() + 7) / 8;
  }

  int privateKeyLength() {
    return fieldLength;
  }

  byte[] publicKey(byte[] privateKey) {
    return new FixedPointCombMultiplier()
        .multiply(domain.getG(), scalar(privateKey))
        .normalize()
        .getEncoded(false);
  }

  boolean isPoint(byte[] publicKey) {
    try {
      return !point(publicKey).isInfinity();
    } catch (MlsException.Invalid e) {
      return false;
    }
  }

  boolean isScalar(byte[] candidate) {
    BigInteger d = new BigInteger(1, candidate);
    return d.signum() > 0 && d.compareTo(domain.getN()) < 0;
  }

  /** The x coordinate of the shared point. */
  byte[] agree(byte[] privateKey, byte[] publicKey) throws MlsException.Invalid {
    ECPoint shared = point(publicKey).multiply(scalar(privateKey)).normalize();
    return shared.getAffineXCoord().getEncoded();
  }

  byte[] sign(byte[] privateKey, byte[] message) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(digest()));
    signer.init(true, new ECPrivateKeyParameters(scalar(privateKey), domain));
    BigInteger[] signature = signer.generateSignature(hash.hash(message));
    try {
      return StandardDSAEncoding.INSTANCE.encode(domain.getN(), signature[0], signature[1]);
    } catch (IOException e) {
      throw new IllegalStateException("a signature just made must encode", e);
    }
  }

  boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    try {
      ECDSASigner verifier = new ECDSASigner();
      verifier.init(false, new ECPublicKeyParameters(point(publicKey), domain));
      BigInteger[] parts = StandardDSAEncoding.INSTANCE.decode(domain.getN(), signature);
      return verifier.verifySignature(hash.hash(message), parts[0], parts[1]);
    } catch (MlsException | IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private ECPoint point(byte[] publicKey) throws MlsException.Invalid {
    if (publicKey.length != 1 + 2 * fieldLength || publicKey[0] != UNCOMPRESSED) {
      throw notAKey();
    }
    try {
      return domain.getCurve().decodePoint(publicKey);
    } catch (IllegalArgumentException e) {
      throw notAKey();
    }
  }

  private MlsException.Invalid notAKey() {
    return new MlsException.Invalid(Rule.PUBLIC_KEY_VALID, "not a point of " + name);
  }

  private BigInteger scalar(byte[] privateKey) {
    if (!isScalar(privateKey)) {
      throw new IllegalArgumentException("not a private key of " + name);
    }
    return BigIntegers.fromUnsignedByteArray(privateKey);
  }

  private org.bouncycastle.crypto.Digest digest() {
    return switch (hash) {
      case SHA256 -> new SHA256Digest();
      case SHA384 -> new SHA384Digest();
      case SHA512 -> new SHA512Digest();
    };
  }
}
