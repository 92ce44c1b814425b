package io.lockstep.mls.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A hash function with the HMAC and HKDF made from it (RFC 5869). Instances of the JDK's engines
 * are never shared.
 */
enum HashAlgorithm {
  SHA256("SHA-256", "HmacSHA256", 32, 0x0001),
  SHA384("SHA-384", "HmacSHA384", 48, 0x0002),
  SHA512("SHA-512", "HmacSHA512", 64, 0x0003);

  private final String digestName;
  private final String macName;
  final int length;

  /** Identifier of the KDF in RFC 9180 section 7.2. */
  final int kdfId;

  HashAlgorithm(String digestName, String macName, int length, int kdfId) {
    this.digestName = digestName;
    this.macName = macName;
    this.length = length;
    this.kdfId = kdfId;
  }

  byte[] hash(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(digestName);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  byte[] mac(byte[] key, byte[]... parts) {
    Mac mac = keyed(key);
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  byte[] extract(byte[] salt, byte[]... keyMaterial) {
    return mac(salt, keyMaterial);
  }

  byte[] expand(byte[] key, byte[] info, int outputLength) {
    if (outputLength < 0 || outputLength > 255 * length) {
      throw new IllegalArgumentException("HKDF cannot give " + outputLength + " bytes");
    }
    Mac mac = keyed(key);
    byte[] output = new byte[outputLength];
    byte[] block = {};
    int done = 0;
    for (int counter = 1; done < outputLength; counter++) {
      mac.update(block);
      mac.update(info);
      mac.update((byte) counter);
      Arrays.fill(block, (byte) 0);
      block = mac.doFinal();
      int take = Math.min(block.length, outputLength - done);
      System.arraycopy(block, 0, output, done, take);
      done += take;
    }
    Arrays.fill(block, (byte) 0);
    return output;
  }

  private Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(macName);
      // HMAC pads a key with zeros, so zeros stand for the empty key, which the JDK refuses.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[length] : key, macName));
      return mac;
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  private static IllegalStateException missing(GeneralSecurityException e) {
    return new IllegalStateException("this Java runtime lacks a required algorithm", e);
  }
}
