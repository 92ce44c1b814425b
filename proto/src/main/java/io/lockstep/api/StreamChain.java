package io.lockstep.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * The chain of one stream, which a client checks on every delivery: {@code h_n = SHA-256(h_{n-1} ||
 * stream id || n || epoch || SHA-256(payload))}, {@code h_0} = 32 zero bytes, numbers as 8 bytes
 * big-endian. Two members that hold the same head have been shown the same history.
 */
public final class StreamChain {
  /** Length of a head in bytes. */
  public static final int LENGTH = 32;

  private StreamChain() {}

  /** The head before the first entry. */
  public static byte[] zero() {
    return new byte[LENGTH];
  }

  public static byte[] next(
      byte[] head, byte[] streamId, long sequence, long epoch, byte[] payload) {
    return next(head, streamId, sequence, epoch, UnsafeByteOperations.unsafeWrap(payload));
  }

  public static byte[] next(
      byte[] head, byte[] streamId, long sequence, long epoch, ByteString payload) {
    MessageDigest sha = HashedBytes.sha256();
    HashedBytes.update(sha, payload);
    byte[] payloadHash = sha.digest();
    sha.update(head);
    sha.update(streamId);
    sha.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(sequence).putLong(epoch).flip());
    return sha.digest(payloadHash);
  }
}
