package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.crypto.SignaturePublicKey;
import java.security.SecureRandom;

/**
 * A client's signature key of one suite. {@link #encode} gives the private key away: encrypt what
 * it returns.
 */
public final class SignatureKeyPair implements AutoCloseable {
  private static final int ENCODING_VERSION = 1;

  private final CipherSuite suite;
  private final Secret privateKey;
  private final SignaturePublicKey publicKey;

  private SignatureKeyPair(CipherSuite suite, Secret privateKey) {
    this(suite, privateKey, suite.signaturePublicKey(privateKey));
  }

  private SignatureKeyPair(CipherSuite suite, Secret privateKey, SignaturePublicKey publicKey) {
    this.suite = suite;
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** A new key of the suite, from {@code random} alone. */
  public static SignatureKeyPair generate(CipherSuite suite, SecureRandom random) {
    return new SignatureKeyPair(suite, suite.generateSignaturePrivateKey(random));
  }

  /** IllegalArgumentException if the Secret is no private key of the suite. */
  public static SignatureKeyPair of(CipherSuite suite, Secret privateKey) {
    return new SignatureKeyPair(suite, privateKey.copy());
  }

  /** One that lives on when this one is closed. A group has its own. */
  SignatureKeyPair copy() {
    return new SignatureKeyPair(suite, privateKey.copy(), publicKey);
  }

  /** Overwrites the private key: for when the client no longer wants it. */
  @Override
  public void close() {
    privateKey.close();
  }

  public CipherSuite suite() {
    return suite;
  }

  public SignaturePublicKey publicKey() {
    return publicKey;
  }

  /** Not a copy: do not close it. */
  public Secret privateKey() {
    return privateKey;
  }

  /** {@code SignWithLabel} (RFC 9420 section 5.1.2). */
  public byte[] sign(String label, byte[] content) {
    return suite.signWithLabel(privateKey, publicKey, label, content);
  }

  /** With the private key: encrypt what it returns. */
  public byte[] encode() {
    TlsWriter out = new TlsWriter(128);
    return out.uint8(ENCODING_VERSION).uint16(suite.id()).opaque(privateKey.expose()).toByteArray();
  }

  /**
   * The counterpart of {@link #encode}. Unsupported for another version of the format or a suite
   * that is not there, Malformed for bytes that are no private key.
   */
  public static SignatureKeyPair decode(byte[] encoded) throws MlsException {
    return TlsReader.decodeAll(encoded, SignatureKeyPair::read);
  }

  private static SignatureKeyPair read(TlsReader in) throws MlsException {
    if (in.uint8() != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version of a stored signature key");
    }
    CipherSuite suite = CipherSuite.of(in.uint16());
    try {
      return new SignatureKeyPair(suite, Secret.take(in.opaque()));
    } catch (IllegalArgumentException e) {
      throw new MlsException.Malformed("stored private key is none of " + suite);
    }
  }
}
