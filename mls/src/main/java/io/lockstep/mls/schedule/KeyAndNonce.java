package io.lockstep.mls.schedule;

import io.lockstep.mls.crypto.Secret;

/** AEAD key and nonce for one message. */
public record KeyAndNonce(Secret key, Secret nonce) implements AutoCloseable {
  static final int REUSE_GUARD_LENGTH = 4;

  /**
   * The nonce with its first four bytes XORed with {@code reuseGuard} (RFC 9420 section 6.3.1).
   * This value does not change.
   */
  public byte[] guardedNonce(byte[] reuseGuard) {
    if (reuseGuard.length != REUSE_GUARD_LENGTH) {
      throw new IllegalArgumentException("a reuse guard has " + REUSE_GUARD_LENGTH + " bytes");
    }
    byte[] guarded = nonce.expose().clone();
    for (int i = 0; i < REUSE_GUARD_LENGTH; i++) {
      guarded[i] ^= reuseGuard[i];
    }
    return guarded;
  }

  /** One that lives on when this one is closed. */
  KeyAndNonce copy() {
    return new KeyAndNonce(key.copy(), nonce.copy());
  }

  @Override
  public void close() {
    key.close();
    nonce.close();
  }
}
