package io.lockstep.directory.law;

import java.util.regex.Pattern;

/** Sizes and limits that the law of the directory enforces. Lengths are in bytes. */
public final class DirectoryLimits {
  /** Length of a client id and of an inbox id. */
  public static final int ID_LENGTH = 16;

  /** Length of an Ed25519 public key. */
  public static final int KEY_LENGTH = 32;

  /** Length of the SHA-256 of an invitation code. */
  public static final int CODE_HASH_LENGTH = 32;

  public static final int CLIENTS_PER_ACCOUNT_MAX = 64;
  public static final int CERTIFICATES_PER_CHAIN_MAX = 4;
  public static final int CERTIFICATE_BYTES_MAX = 4096;

  private static final Pattern USER_NAME = Pattern.compile("[a-z0-9._-]{1,64}");

  private DirectoryLimits() {}

  public static boolean isUserName(String text) {
    return USER_NAME.matcher(text).matches();
  }
}
