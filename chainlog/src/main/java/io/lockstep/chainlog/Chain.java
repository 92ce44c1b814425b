package io.lockstep.chainlog;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash chain of a log partition. */
public final class Chain {
  private Chain() {}

  /** The head after one more record: SHA-256(prev || source as 8 bytes big-endian || body). */
  public static ChainHead link(ChainHead prev, long source, byte[] body) {
    MessageDigest sha = sha256();
    ByteBuffer front = ByteBuffer.allocate(ChainHead.BYTES + Long.BYTES);
    front.put(prev.toBytes()).putLong(source);
    sha.update(front.array());
    sha.update(body);
    return ChainHead.of(sha.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
