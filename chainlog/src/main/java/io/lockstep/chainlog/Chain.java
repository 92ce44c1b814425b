package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.HashedBytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** The hash chain of a log partition. */
public final class Chain {
  private Chain() {}

  /** The head after one more record: SHA-256(prev || source as 8 bytes big-endian || body). */
  public static ChainHead link(ChainHead prev, long source, byte[] body) {
    return link(prev, source, UnsafeByteOperations.unsafeWrap(body));
  }

  public static ChainHead link(ChainHead prev, long source, ByteString body) {
    MessageDigest sha = HashedBytes.sha256();
    ByteBuffer front = ByteBuffer.allocate(ChainHead.BYTES + Long.BYTES);
    sha.update(prev.putTo(front).putLong(source).array());
    HashedBytes.update(sha, body);
    return ChainHead.of(sha.digest());
  }
}
