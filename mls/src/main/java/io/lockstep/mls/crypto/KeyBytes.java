package io.lockstep.mls.crypto;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A public key as it stands on the wire. The kinds are types of their own so that one cannot be
 * passed for the other.
 */
abstract sealed class KeyBytes permits HpkePublicKey, SignaturePublicKey {
  private final byte[] bytes;

  KeyBytes(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** The encoding, without length prefix. A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public int length() {
    return bytes.length;
  }

  byte[] raw() {
    return bytes;
  }

  boolean sameBytes(KeyBytes other) {
    return Arrays.equals(bytes, other.bytes);
  }

  @Override
  public abstract boolean equals(Object other);

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + HexFormat.of().formatHex(bytes) + "]";
  }
}
