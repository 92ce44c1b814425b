package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The cipher suites of RFC 9420 section 17.1 with the labelled functions of section 5 and 8.
 *
 * <p>Lengths are in bytes. Randomness comes from the caller. All methods are safe for any number of
 * threads.
 */
public enum CipherSuite {
  MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519(
      1, Kem.X25519_SHA256, Aead.AES_128_GCM, HashAlgorithm.SHA256, SignatureScheme.ED25519),
  MLS_128_DHKEMP256_AES128GCM_SHA256_P256(
      2, Kem.P256_SHA256, Aead.AES_128_GCM, HashAlgorithm.SHA256, SignatureScheme.ECDSA_P256),
  MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519(
      3, Kem.X25519_SHA256, Aead.CHACHA20_POLY1305, HashAlgorithm.SHA256, SignatureScheme.ED25519),
  MLS_256_DHKEMX448_AES256GCM_SHA512_ED448(
      4, Kem.X448_SHA512, Aead.AES_256_GCM, HashAlgorithm.SHA512, SignatureScheme.ED448),
  MLS_256_DHKEMP521_AES256GCM_SHA512_P521(
      5, Kem.P521_SHA512, Aead.AES_256_GCM, HashAlgorithm.SHA512, SignatureScheme.ECDSA_P521),
  MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_ED448(
      6, Kem.X448_SHA512, Aead.CHACHA20_POLY1305, HashAlgorithm.SHA512, SignatureScheme.ED448),
  MLS_256_DHKEMP384_AES256GCM_SHA384_P384(
      7, Kem.P384_SHA384, Aead.AES_256_GCM, HashAlgorithm.SHA384, SignatureScheme.ECDSA_P384);

  private static final String LABEL_PREFIX = "MLS 1.0 ";
  private static final byte[] EMPTY = {};

  private final int id;
  private final Kem kem;
  private final Aead aead;
  private final HashAlgorithm hash;
  private final SignatureScheme signature;

  CipherSuite(int id, Kem kem, Aead aead, HashAlgorithm hash, SignatureScheme signature) {
    this.id = id;
    this.kem = kem;
    this.aead = aead;
    this.hash = hash;
    this.signature = signature;
  }

  public static CipherSuite of(int id) throws MlsException.Unsupported {
    for (CipherSuite suite : values()) {
      if (suite.id == id) {
        return suite;
      }
    }
    throw new MlsException.Unsupported("cipher suite 0x%04x".formatted(id));
  }

  /** The uint16 that stands for the suite on the wire. */
  public int id() {
    return id;
  }

  /** KDF.Nh: length of a hash, a MAC and a derived secret. */
  public int hashLength() {
    return hash.length;
  }

  /** AEAD.Nk. */
  public int keyLength() {
    return aead.keyLength;
  }

  /** AEAD.Nn. */
  public int nonceLength() {
    return Aead.NONCE_LENGTH;
  }

  // Hash and MAC

  /** Hash of the concatenation of {@code parts}. */
  public byte[] hash(byte[]... parts) {
    return hash.hash(parts);
  }

  public byte[] mac(Secret key, byte[] data) {
    return hash.mac(key.expose(), data);
  }

  /** Compares in constant time. */
  public boolean verifyMac(Secret key, byte[] data, byte[] tag) {
    return MessageDigest.isEqual(mac(key, data), tag);
  }

  /**
   * {@code RefHash} (section 5.2). {@code label} is used as it is, without the prefix of the other
   * functions.
   */
  public byte[] refHash(String label, byte[] value) {
    TlsWriter input = new TlsWriter(value.length + 64);
    input.opaque(ascii(label)).opaque(value);
    return hash.hash(input.toByteArray());
  }

  // Key derivation

  public Secret extract(Secret salt, Secret keyMaterial) {
    return Secret.take(hash.extract(salt.expose(), keyMaterial.expose()));
  }

  /** {@code ExpandWithLabel} (section 8). */
  public Secret expandWithLabel(Secret secret, String label, byte[] context, int length) {
    TlsWriter info = new TlsWriter(context.length + 64);
    info.uint16(length).opaque(prefixed(label)).opaque(context);
    return Secret.take(hash.expand(secret.expose(), info.toByteArray(), length));
  }

  /** {@code DeriveSecret} (section 8). */
  public Secret deriveSecret(Secret secret, String label) {
    return expandWithLabel(secret, label, EMPTY, hash.length);
  }

  /** {@code DeriveTreeSecret} (section 9.1). {@code generation} is a uint32. */
  public Secret deriveTreeSecret(Secret secret, String label, long generation, int length) {
    byte[] context = new TlsWriter(16).uint32(generation).toByteArray();
    return expandWithLabel(secret, label, context, length);
  }

  // AEAD

  public byte[] seal(Secret key, byte[] nonce, byte[] authenticatedData, byte[] plaintext) {
    return aead.seal(key.expose(), nonce, authenticatedData, plaintext);
  }

  public byte[] open(Secret key, byte[] nonce, byte[] authenticatedData, byte[] ciphertext)
      throws MlsException.Undecryptable {
    return aead.open(key.expose(), nonce, authenticatedData, ciphertext);
  }

  // HPKE

  public HpkeKeyPair generateHpkeKeyPair(SecureRandom random) {
    try (Secret seed = Secret.random(kem.privateKeyLength, random)) {
      return deriveHpkeKeyPair(seed);
    }
  }

  /** {@code KEM.DeriveKeyPair}. */
  public HpkeKeyPair deriveHpkeKeyPair(Secret keyMaterial) {
    return hpke().deriveKeyPair(keyMaterial.expose());
  }

  /**
   * The pair of a private key that was stored or received. One shorter than the suite's length is
   * padded with zeros on the left. IllegalArgumentException if it is no private key.
   */
  public HpkeKeyPair hpkeKeyPair(Secret privateKey) {
    return hpke().keyPair(padded(privateKey, kem.privateKeyLength));
  }

  /**
   * Whether {@code key} is a public key of the suite's KEM: for NIST curves a point of the curve,
   * else of the right length.
   */
  public boolean isHpkePublicKey(HpkePublicKey key) {
    return kem.isPublicKey(key.raw());
  }

  /** Bytes of the {@code kem_output} of everything that is encrypted to a public key. */
  public int kemOutputLength() {
    return kem.publicKeyLength();
  }

  /** Bytes of the AEAD ciphertext of so many bytes. */
  public int sealedLength(int plaintextLength) {
    return plaintextLength + Aead.TAG_LENGTH;
  }

  /** EncryptWithLabel and DecryptWithLabel for this label and context (section 5.1.3). */
  public EncryptContext encryptContext(String label, byte[] context) {
    TlsWriter info = new TlsWriter(context.length + 64);
    info.opaque(prefixed(label)).opaque(context);
    return new EncryptContext(hpke(), info.toByteArray());
  }

  public HpkeCiphertext encryptWithLabel(
      HpkePublicKey recipient, String label, byte[] context, byte[] plaintext, SecureRandom random)
      throws MlsException.Invalid {
    return encryptContext(label, context).seal(recipient, plaintext, random);
  }

  public byte[] decryptWithLabel(
      HpkeKeyPair recipient, String label, byte[] context, HpkeCiphertext ciphertext)
      throws MlsException.Undecryptable {
    return encryptContext(label, context).open(recipient, ciphertext);
  }

  /**
   * {@code SetupBaseS(recipient, "")} and {@code context.export(exporterContext, length)}: external
   * init (section 8.3).
   */
  public Encapsulated exportTo(
      HpkePublicKey recipient, byte[] exporterContext, int length, SecureRandom random)
      throws MlsException.Invalid {
    Hpke hpke = hpke();
    try (Encapsulated shared = hpke.encapsulate(recipient, random)) {
      byte[] context = hpke.keyScheduleContext(EMPTY);
      byte[] secret = hpke.export(shared.secret(), context, exporterContext, length);
      return new Encapsulated(shared.kemOutput(), Secret.take(secret));
    }
  }

  /**
   * {@code SetupBaseR(kemOutput, recipient, "")} and {@code context.export(exporterContext,
   * length)}.
   */
  public Secret exportFrom(
      HpkeKeyPair recipient, byte[] kemOutput, byte[] exporterContext, int length)
      throws MlsException.Undecryptable {
    Hpke hpke = hpke();
    try (Secret shared = hpke.decapsulate(recipient, kemOutput)) {
      byte[] context = hpke.keyScheduleContext(EMPTY);
      return Secret.take(hpke.export(shared, context, exporterContext, length));
    }
  }

  // Signatures

  public Secret generateSignaturePrivateKey(SecureRandom random) {
    return Secret.take(signature.generatePrivateKey(random));
  }

  /** IllegalArgumentException if {@code privateKey} is no private key of the suite. */
  public SignaturePublicKey signaturePublicKey(Secret privateKey) {
    return new SignaturePublicKey(signature.publicKey(privateKey.expose()));
  }

  /** {@code SignWithLabel} (section 5.1.2). The public key must belong to the private one. */
  public byte[] signWithLabel(
      Secret privateKey, SignaturePublicKey publicKey, String label, byte[] content) {
    return signature.sign(privateKey.expose(), publicKey.raw(), signContent(label, content));
  }

  /** {@code VerifyWithLabel} (section 5.1.2). Also false if the key is malformed. */
  public boolean verifyWithLabel(
      SignaturePublicKey publicKey, String label, byte[] content, byte[] signatureBytes) {
    return signature.verify(publicKey.raw(), signContent(label, content), signatureBytes);
  }

  private Hpke hpke() {
    return new Hpke(kem, hash, aead);
  }

  private static byte[] signContent(String label, byte[] content) {
    TlsWriter input = new TlsWriter(content.length + 64);
    return input.opaque(prefixed(label)).opaque(content).toByteArray();
  }

  private static byte[] prefixed(String label) {
    return ascii(LABEL_PREFIX + label);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] padded(Secret privateKey, int length) {
    byte[] bytes = privateKey.expose();
    if (bytes.length >= length) {
      return bytes.clone();
    }
    byte[] padded = new byte[length];
    System.arraycopy(bytes, 0, padded, length - bytes.length, bytes.length);
    return padded;
  }
}
