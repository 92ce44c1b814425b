package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;

/**
 * A record of the submissions topic.
 *
 * @param timeMillis append time of the broker
 * @param key text key of the record, empty when it has none
 * @param value a {@code SubmissionRecord}, or anything if it was written past the gateways
 */
public record Submission(long offset, long timeMillis, String key, ByteString value) {
  /** A record with a longer key counts as one without a key: it cannot be a stream's. */
  public static final int KEY_BYTES_MAX = 1024;

  /** From a raw record; key and value may be null. */
  public static Submission of(long offset, long timeMillis, byte[] key, byte[] value) {
    boolean keyed = key != null && key.length <= KEY_BYTES_MAX;
    return new Submission(
        offset,
        timeMillis,
        keyed ? new String(key, StandardCharsets.UTF_8) : "",
        value == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(value));
  }
}
