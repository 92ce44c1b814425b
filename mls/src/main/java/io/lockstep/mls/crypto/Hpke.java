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
    HpkeKeyPair ephemeral = deriveKeyPair(seed.expose());
    try (Secret privateKey = ephemeral.privateKey()) {
      byte[] kemOutput = ephemeral.publicKey().raw();
      byte[] dh = kem.agree(privateKey.expose(), recipient.raw());
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
    byte[] secret = secret(sharedSecret);
    return aead.seal(
        labeledExpand(hpkeSuite, secret, "key", context, aead.keyLength),
        labeledExpand(hpkeSuite, secret, "base_nonce", context, Aead.NONCE_LENGTH),
        authenticatedData,
        plaintext);
  }

  byte[] open(Secret sharedSecret, byte[] context, byte[] authenticatedData, byte[] ciphertext)
      throws MlsException.Undecryptable {
    byte[] secret = secret(sharedSecret);
    return aead.open(
        labeledExpand(hpkeSuite, secret, "key", context, aead.keyLength),
        labeledExpand(hpkeSuite, secret, "base_nonce", context, Aead.NONCE_LENGTH),
        authenticatedData,
        ciphertext);
  }

  byte[] export(Secret sharedSecret, byte[] context, byte[] exporterContext, int length) {
    byte[] exporter = labeledExpand(hpkeSuite, secret(sharedSecret), "exp", context, hash.length);
    return labeledExpand(hpkeSuite, exporter, "sec", exporterContext, length);
  }

  private byte[] secret(Secret sharedSecret) {
    return labeledExtract(hpkeSuite, sharedSecret.expose(), "secret", EMPTY);
  }

  private Secret sharedSecret(byte[] dh, byte[] kemOutput, byte[] recipient) {
    byte[] prk = labeledExtract(kemSuite, EMPTY, "eae_prk", dh);
    Arrays.fill(dh, (byte) 0);
    return Secret.take(
        labeledExpand(kemSuite, prk, "shared_secret", concat(kemOutput, recipient), hash.length));
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
