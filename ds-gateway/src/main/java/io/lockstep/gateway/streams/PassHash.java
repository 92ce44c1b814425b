package io.lockstep.gateway.streams;

import java.security.MessageDigest;

/** SHA-256 of an epoch pass. Equality is decided in constant time. */
public final class PassHash {
  public static final int BYTES = 32;

  private final byte[] bytes;

  /** Any length: what is not {@value #BYTES} long equals no hash. */
  public PassHash(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public boolean matches(PassHash other) {
    return bytes.length == BYTES && MessageDigest.isEqual(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return "PassHash";
  }
}
