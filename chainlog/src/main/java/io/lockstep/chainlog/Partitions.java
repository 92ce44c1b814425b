package io.lockstep.chainlog;

import io.lockstep.api.HashedBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The partition of a stream: the same in the submissions topic, the log, the states and the
 * watermarks, and fixed for ever.
 */
public final class Partitions {
  /** More partitions than this cannot be asked for. */
  public static final int PARTITIONS_MAX = 4096;

  private Partitions() {}

  /**
   * First 8 bytes of SHA-256 of the key in UTF-8, as an unsigned number, modulo the number of
   * partitions.
   */
  public static int of(String key, int partitions) {
    if (partitions < 1 || partitions > PARTITIONS_MAX) {
      throw new IllegalArgumentException(
          "partitions must be 1 to " + PARTITIONS_MAX + ", not " + partitions);
    }
    byte[] hash = HashedBytes.sha256().digest(key.getBytes(StandardCharsets.UTF_8));
    return (int) Long.remainderUnsigned(ByteBuffer.wrap(hash).getLong(), partitions);
  }
}
