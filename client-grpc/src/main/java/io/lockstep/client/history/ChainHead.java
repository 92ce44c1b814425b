package io.lockstep.client.history;

import io.lockstep.api.StreamChain;
import java.security.MessageDigest;
import java.util.Arrays;

/** A head of a stream's chain: stands for everything up to one sequence number. */
public final class ChainHead {
  private final byte[] bytes;

  public ChainHead(byte[] bytes) {
    if (bytes.length != StreamChain.LENGTH) {
      throw new IllegalArgumentException("a chain head has 32 bytes");
    }
    this.bytes = bytes.clone();
  }

  /** Before the first entry. */
  public static ChainHead zero() {
    return new ChainHead(StreamChain.zero());
  }

  /** A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The head after one more entry. */
  public ChainHead next(byte[] streamId, long sequence, long epoch, byte[] payload) {
    return new ChainHead(StreamChain.next(bytes, streamId, sequence, epoch, payload));
  }

  public boolean matches(byte[] other) {
    return MessageDigest.isEqual(bytes, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChainHead that && matches(that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
