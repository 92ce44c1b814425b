package io.lockstep.keystore.law;

import java.time.Duration;

/** Sizes and limits that the law of key packages enforces. Lengths are in bytes. */
public final class KeyLimits {
  /** Length of a client id, an inbox id and a claim id. */
  public static final int ID_LENGTH = 16;

  /** Length of a KeyPackageRef: that of the cipher suite's hash. */
  public static final int REF_LENGTH_MIN = 32;

  public static final int REF_LENGTH_MAX = 64;
  public static final int CIPHER_SUITE_MAX = 0xffff;
  public static final int KEY_PACKAGE_BYTES_MAX = 16 * 1024;

  /** One-time packages of a client in store. */
  public static final int ONE_TIME_MAX = 100;

  /** A package is not handed out in the last part of its lifetime: it has to reach a Commit. */
  public static final Duration HAND_OUT_MARGIN = Duration.ofHours(1);

  /** One-time packages of a client that were handed out and are remembered. */
  public static final int SPENT_MAX = 1024;

  /** A claim is remembered so long, and while fewer than so many came after it. */
  public static final Duration CLAIM_WINDOW = Duration.ofHours(24);

  public static final int CLAIMS_MAX = 1024;

  private KeyLimits() {}
}
