package io.lockstep.mls.codec;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Appends values in the TLS presentation language (RFC 9420 section 2.1) to a growing buffer. Not
 * thread-safe.
 */
public final class TlsWriter {
  private static final int VARINT_1_MAX = (1 << 6) - 1;
  private static final int VARINT_2_MAX = (1 << 14) - 1;

  /** The largest length that a vector may have, in bytes. */
  public static final int VECTOR_BYTES_MAX = (1 << 30) - 1;

  private byte[] buffer;
  private int size;
  private boolean wipeOnGrowth;

  public TlsWriter() {
    this(256);
  }

  public TlsWriter(int expectedSize) {
    buffer = new byte[Math.max(16, expectedSize)];
  }

  public TlsWriter uint8(int value) {
    require(value >= 0 && value <= 0xFF, "uint8", value);
    ensure(1);
    buffer[size++] = (byte) value;
    return this;
  }

  public TlsWriter uint16(int value) {
    require(value >= 0 && value <= 0xFFFF, "uint16", value);
    ensure(2);
    buffer[size++] = (byte) (value >>> 8);
    buffer[size++] = (byte) value;
    return this;
  }

  public TlsWriter uint32(long value) {
    require(value >= 0 && value <= 0xFFFF_FFFFL, "uint32", value);
    ensure(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** All 64 bits of {@code value}, read as unsigned. */
  public TlsWriter uint64(long value) {
    ensure(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Bytes without a length: {@code opaque x[n]}. */
  public TlsWriter raw(byte[] bytes) {
    return raw(bytes, 0, bytes.length);
  }

  public TlsWriter raw(byte[] bytes, int from, int length) {
    ensure(length);
    System.arraycopy(bytes, from, buffer, size, length);
    size += length;
    return this;
  }

  /** {@code opaque x<V>}. */
  public TlsWriter opaque(byte[] bytes) {
    return varint(bytes.length).raw(bytes);
  }

  /** A vector whose content {@code body} writes; its length is put before it afterwards. */
  public TlsWriter vector(Consumer<TlsWriter> body) {
    int start = size;
    body.accept(this);
    int length = size - start;
    int prefix = varintSize(length);
    ensure(prefix);
    System.arraycopy(buffer, start, buffer, start + prefix, length);
    size = start;
    varint(length);
    size = start + prefix + length;
    return this;
  }

  public <T> TlsWriter vector(Collection<T> items, BiConsumer<TlsWriter, T> item) {
    return vector(
        out -> {
          for (T each : items) {
            item.accept(out, each);
          }
        });
  }

  public TlsWriter vector(Collection<? extends Encodable> items) {
    return vector(items, (out, item) -> item.encodeTo(out));
  }

  /** {@code optional<T>}: one presence octet, then the value if there is one. */
  public TlsWriter optional(Optional<? extends Encodable> value) {
    uint8(value.isPresent() ? 1 : 0);
    value.ifPresent(present -> present.encodeTo(this));
    return this;
  }

  public TlsWriter put(Encodable value) {
    value.encodeTo(this);
    return this;
  }

  /** The variable-size length of RFC 9420 section 2.1.2, as short as it can be. */
  public TlsWriter varint(int value) {
    switch (varintSize(value)) {
      case 1 -> uint8(value);
      case 2 -> uint16(0x4000 | value);
      default -> uint32(0x8000_0000L | value);
    }
    return this;
  }

  /**
   * Encodes a value that holds secrets, leaving no copy of them behind but the result: every buffer
   * that was used on the way is overwritten.
   */
  public static byte[] encodeSecret(Encodable value) {
    TlsWriter out = new TlsWriter();
    out.wipeOnGrowth = true;
    value.encodeTo(out);
    byte[] encoded = out.toByteArray();
    Arrays.fill(out.buffer, (byte) 0);
    return encoded;
  }

  public int size() {
    return size;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  private static int varintSize(int value) {
    require(value >= 0 && value <= VECTOR_BYTES_MAX, "vector length", value);
    if (value <= VARINT_1_MAX) {
      return 1;
    }
    return value <= VARINT_2_MAX ? 2 : 4;
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      byte[] full = buffer;
      buffer = Arrays.copyOf(full, Math.max(Math.addExact(size, more), size + (size >> 1) + 64));
      if (wipeOnGrowth) {
        Arrays.fill(full, (byte) 0);
      }
    }
  }

  private static void require(boolean holds, String what, long value) {
    if (!holds) {
      throw new IllegalArgumentException(value + " is no " + what);
    }
  }
}
