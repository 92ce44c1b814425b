package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.HashedBytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash chain of a log partition. */
public final class Chain {
  /** Looking an algorithm up takes as long as hashing a short message. */
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(Chain::newSha256);

  private Chain() {}

  /** The head after one more record: SHA-256(prev || source as 8 bytes big-endian || body). */
  public static ChainHead link(ChainHead prev, long source, byte[] body) {
    return link(prev, source, UnsafeByteOperations.unsafeWrap(body));
  }

  public static ChainHead link(ChainHead prev, long source, ByteString body) {
    MessageDigest sha = sha256();
    ByteBuffer front = ByteBuffer.allocate(ChainHead.BYTES + Long.BYTES);
    sha.update(prev.putTo(front).putLong(source).array());
    HashedBytes.update(sha, body);
    return ChainHead.of(sha.digest());
  }

  /** Of this thread; to be used up before the next call. */
  static MessageDigest sha256() {
    MessageDigest sha = SHA_256.get();
    sha.reset();
    return sha;
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
