package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** HPKE in base mode (RFC 9180) with single use of each context: all that MLS needs. */
final class Hpke {
  private static final byte[] VERSION = ascii("HPKE-v1");
  private static final byte[] EMPTY = {};
  private static final byte MODE_BASE = 0;

  private final Kem kem;
  private final HashAlgorithm hash;
  private final Aead aead;
  private final byte[] kemSuite;
  private final byte[] hpkeSuite;

  Hpke(Kem kem, HashAlgorithm hash, Aead aead) {
    this.kem = kem;
    this.hash = hash;
    this.aead = aead;
    this.kemSuite = concat(ascii("KEM"), uint16(kem.id));
    this.hpkeSuite = concat(ascii("HPKE"), uint16(kem.id), uint16(hash.kdfId), uint16(aead.id));
  }

  HpkeKeyPair deriveKeyPair(byte[] keyMaterial) {
    byte[] prk = labeledExtract(kemSuite, EMPTY, "dkp_prk", keyMaterial);
    byte[] privateKey =
        kem.takesAnyScalar()
            ? labeledExpand(kemSuite, prk, "sk", EMPTY, kem.privateKeyLength)
            : kem.firstScalar(
                counter ->
                    labeledExpand(
                        kemSuite,
                        prk,
                        "candidate",
                        new byte[] {(byte) counter},
                        kem.privateKeyLength));
    Arrays.fill(prk, (byte) 0);
    return keyPair(privateKey);
  }

  HpkeKeyPair keyPair(byte[] privateKey) {
    return new HpkeKeyPair(Secret.take(privateKey), new HpkePublicKey(kem.publicKey(privateKey)));
  }

  /** The part of the key schedule that depends on {@code info} only: it hashes all of it. */
  byte[] keyScheduleContext(byte[] info) {
    return concat(
        new byte[] {MODE_BASE},
        labeledExtract(hpkeSuite, EMPTY, "psk_id_hash", EMPTY),
        labeledExtract(hpkeSuite, EMPTY, "info_hash", info));
  }

  Encapsulated encapsulate(HpkePublicKey recipient, SecureRandom random)
      throws MlsException.Invalid {
    try (Secret seed = seed(random)) {
      return encapsulate(recipient, seed);
    }
  }

  /** What the ephemeral key of {@link #encapsulate(HpkePublicKey, Secret)} is derived from. */
  Secret seed(SecureRandom random) {
    return Secret.random(kem.privateKeyLength, random);
  }

  Encapsulated encapsulate(HpkePublicKey recipient, Secret seed) throws MlsException.Invalid {
    try (HpkeKeyPair ephemeral = deriveKeyPair(seed.expose())) {
      byte[] kemOutput = ephemeral.publicKey().raw();
      byte[] dh = kem.agree(ephemeral.privateKey().expose(), recipient.raw());
      return new Encapsulated(kemOutput, sharedSecret(dh, kemOutput, recipient.raw()));
    }
  }

  Secret decapsulate(HpkeKeyPair recipient, byte[] kemOutput) throws MlsException.Undecryptable {
    try {
      byte[] dh = kem.agree(recipient.privateKey().expose(), kemOutput);
      return sharedSecret(dh, kemOutput, recipient.publicKey().raw());
    } catch (MlsException.Invalid e) {
      throw new MlsException.Undecryptable("KEM output is not a point of the group");
    }
  }

  byte[] seal(Secret sharedSecret, byte[] context, byte[] authenticatedData, byte[] plaintext) {
    try (Secret secret = secret(sharedSecret);
        Secret key = expanded(secret, "key", context, aead.keyLength);
        Secret nonce = expanded(secret, "base_nonce", context, Aead.NONCE_LENGTH)) {
      return aead.seal(key.expose(), nonce.expose(), authenticatedData, plaintext);
    }
  }

  byte[] open(Secret sharedSecret, byte[] context, byte[] authenticatedData, byte[] ciphertext)
      throws MlsException.Undecryptable {
    try (Secret secret = secret(sharedSecret);
        Secret key = expanded(secret, "key", context, aead.keyLength);
        Secret nonce = expanded(secret, "base_nonce", context, Aead.NONCE_LENGTH)) {
      return aead.open(key.expose(), nonce.expose(), authenticatedData, ciphertext);
    }
  }

  byte[] export(Secret sharedSecret, byte[] context, byte[] exporterContext, int length) {
    try (Secret secret = secret(sharedSecret);
        Secret exporter = expanded(secret, "exp", context, hash.length)) {
      return labeledExpand(hpkeSuite, exporter.expose(), "sec", exporterContext, length);
    }
  }

  private Secret secret(Secret sharedSecret) {
    return Secret.take(labeledExtract(hpkeSuite, sharedSecret.expose(), "secret", EMPTY));
  }

  private Secret expanded(Secret secret, String label, byte[] context, int length) {
    return Secret.take(labeledExpand(hpkeSuite, secret.expose(), label, context, length));
  }

  /** Overwrites {@code dh}. */
  private Secret sharedSecret(byte[] dh, byte[] kemOutput, byte[] recipient) {
    try (Secret agreed = Secret.take(dh);
        Secret prk = Secret.take(labeledExtract(kemSuite, EMPTY, "eae_prk", agreed.expose()))) {
      byte[] context = concat(kemOutput, recipient);
      return Secret.take(
          labeledExpand(kemSuite, prk.expose(), "shared_secret", context, hash.length));
    }
  }

  private byte[] labeledExtract(byte[] suite, byte[] salt, String label, byte[] keyMaterial) {
    return hash.extract(salt, VERSION, suite, ascii(label), keyMaterial);
  }

  private byte[] labeledExpand(byte[] suite, byte[] prk, String label, byte[] info, int length) {
    return hash.expand(prk, concat(uint16(length), VERSION, suite, ascii(label), info), length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] uint16(int value) {
    return new byte[] {(byte) (value >>> 8), (byte) value};
  }

  private static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
