package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Head of a partition's chain: 32 bytes, here as four big-endian words so that it is a plain value.
 */
public record ChainHead(long a, long b, long c, long d) {
  public static final int BYTES = 32;

  /** Head of an empty chain. */
  public static final ChainHead ZERO = new ChainHead(0, 0, 0, 0);

  /** Throws IllegalArgumentException when {@code bytes} is not 32 long. */
  public static ChainHead of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  /** Throws IllegalArgumentException when {@code bytes} is not 32 long. */
  public static ChainHead of(ByteString bytes) {
    return of(bytes.asReadOnlyByteBuffer());
  }

  private static ChainHead of(ByteBuffer in) {
    if (in.remaining() != BYTES) {
      throw new IllegalArgumentException("a chain head has 32 bytes, not " + in.remaining());
    }
    return new ChainHead(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  public byte[] toBytes() {
    return putTo(ByteBuffer.allocate(BYTES)).array();
  }

  ByteBuffer putTo(ByteBuffer buffer) {
    return buffer.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  /** In lower-case hex. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
