package io.lockstep.client.state;

import io.lockstep.mls.crypto.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM with a key for each write: HMAC-SHA-256(key, label || name || 32 random bytes). A
 * client writes its state after every message, for years; with a fresh key each time no limit on
 * nonces is ever near. The name is bound in, so that one file cannot stand in for another.
 *
 * <pre>sealed = salt (32) || ciphertext and tag</pre>
 */
final class Sealing {
  private static final byte[] LABEL = "lockstep state v1".getBytes(StandardCharsets.US_ASCII);
  private static final int SALT_LENGTH = 32;
  private static final int TAG_BITS = 128;
  private static final byte[] NONCE = new byte[12];

  private final Secret key;
  private final SecureRandom random;

  Sealing(Secret key, SecureRandom random) {
    this.key = key;
    this.random = random;
  }

  byte[] seal(String name, byte[] plaintext) {
    byte[] salt = new byte[SALT_LENGTH];
    random.nextBytes(salt);
    try {
      byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE, name, salt).doFinal(plaintext);
      byte[] sealed = Arrays.copyOf(salt, salt.length + ciphertext.length);
      System.arraycopy(ciphertext, 0, sealed, salt.length, ciphertext.length);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** {@link AEADBadTagException} if the bytes were not sealed with this key under this name. */
  byte[] open(String name, byte[] sealed) throws AEADBadTagException {
    if (sealed.length < SALT_LENGTH) {
      throw new AEADBadTagException("too short");
    }
    try {
      byte[] salt = Arrays.copyOf(sealed, SALT_LENGTH);
      return cipher(Cipher.DECRYPT_MODE, name, salt)
          .doFinal(sealed, SALT_LENGTH, sealed.length - SALT_LENGTH);
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** A pseudonym for a name, so that a file name says nothing about a group. */
  String pseudonym(String name) {
    byte[] mac = mac("file name", name, new byte[0]);
    return HexFormat.of().formatHex(mac, 0, 16);
  }

  private Cipher cipher(int mode, String name, byte[] salt) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] writeKey = mac("write", name, salt);
    cipher.init(mode, new SecretKeySpec(writeKey, "AES"), new GCMParameterSpec(TAG_BITS, NONCE));
    Arrays.fill(writeKey, (byte) 0);
    return cipher;
  }

  private byte[] mac(String use, String name, byte[] salt) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.expose(), "HmacSHA256"));
      mac.update(LABEL);
      mac.update((byte) 0);
      mac.update((use + '\0' + name + '\0').getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(salt);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }
}
