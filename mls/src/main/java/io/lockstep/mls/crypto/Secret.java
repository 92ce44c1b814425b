package io.lockstep.mls.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Secret bytes: compared in constant time, never printed, wiped by {@link #close}.
 *
 * <p>A Secret holds no reference to the one it was derived from. After {@code close} every access
 * throws.
 */
public final class Secret implements AutoCloseable {
  private final byte[] bytes;
  private volatile boolean wiped;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A Secret that takes the array over: the caller must not use it again. */
  public static Secret take(byte[] bytes) {
    return new Secret(bytes);
  }

  public static Secret copyOf(byte[] bytes) {
    return new Secret(bytes.clone());
  }

  public static Secret random(int length, SecureRandom random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return new Secret(bytes);
  }

  /** {@code length} zero bytes: the "0" of the key schedule figures. */
  public static Secret zeros(int length) {
    return new Secret(new byte[length]);
  }

  /** The bytes themselves, not a copy: use at once, do not keep, do not change. */
  public byte[] expose() {
    if (wiped) {
      throw new IllegalStateException("this secret was overwritten, its time is over");
    }
    return bytes;
  }

  /** A copy that lives on when this one is closed. */
  public Secret copy() {
    return copyOf(expose());
  }

  public int length() {
    return bytes.length;
  }

  @Override
  public void close() {
    wiped = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(bytes, that.bytes);
  }

  /** The length only, so that no hash of a secret ends up in a heap dump. */
  @Override
  public int hashCode() {
    return bytes.length;
  }

  @Override
  public String toString() {
    return "Secret[" + bytes.length + " bytes]";
  }
}
