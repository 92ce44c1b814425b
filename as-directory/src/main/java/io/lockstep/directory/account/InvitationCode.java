package io.lockstep.directory.account;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * Invitation codes: 128 random bits as 26 letters and digits that are hard to confuse. Only the
 * SHA-256 of a code is stored; a guess would have to find 128 bits, so it needs no salt.
 */
final class InvitationCode {
  static final int CHARACTERS = 26;

  private static final char[] ALPHABET = "abcdefghjkmnpqrstuvwxyz023456789".toCharArray();
  private static final int BITS_PER_CHARACTER = 5;

  private InvitationCode() {}

  static String random(SecureRandom random) {
    StringBuilder code = new StringBuilder(CHARACTERS);
    for (int i = 0; i < CHARACTERS; i++) {
      code.append(ALPHABET[random.nextInt(1 << BITS_PER_CHARACTER)]);
    }
    return code.toString();
  }

  static ByteString hash(String code) {
    try {
      return ByteString.copyFrom(
          MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
