package io.lockstep.mls.codec;

import io.lockstep.mls.MlsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads the TLS presentation language (RFC 9420 section 2.1) from a range of an array.
 *
 * <p>Every length is checked against what is left before anything is allocated, so memory is
 * bounded by the size of the input. The array is not copied; it must not change while it is read.
 * Values that are returned never share memory with it.
 */
public final class TlsReader {
  private final byte[] input;
  private final int end;
  private int position;

  public TlsReader(byte[] input) {
    this(input, 0, input.length);
  }

  private TlsReader(byte[] input, int from, int end) {
    this.input = input;
    this.position = from;
    this.end = end;
  }

  /** Reads one item of a vector, or a structure. */
  @FunctionalInterface
  public interface Decoder<T> {
    T decode(TlsReader in) throws MlsException;
  }

  /** Decodes {@code bytes} as exactly one T: trailing bytes are an error. */
  public static <T> T decodeAll(byte[] bytes, Decoder<T> decoder) throws MlsException {
    TlsReader in = new TlsReader(bytes);
    T value = decoder.decode(in);
    in.expectEnd();
    return value;
  }

  public int uint8() throws MlsException.Malformed {
    need(1);
    return input[position++] & 0xFF;
  }

  public int uint16() throws MlsException.Malformed {
    need(2);
    return (input[position++] & 0xFF) << 8 | (input[position++] & 0xFF);
  }

  public long uint32() throws MlsException.Malformed {
    return (long) uint16() << 16 | uint16();
  }

  /** All 64 bits; values from 2^63 on come out negative (compare unsigned). */
  public long uint64() throws MlsException.Malformed {
    return uint32() << 32 | uint32();
  }

  /** {@code opaque x[length]}. */
  public byte[] raw(int length) throws MlsException.Malformed {
    need(length);
    byte[] bytes = Arrays.copyOfRange(input, position, position + length);
    position += length;
    return bytes;
  }

  /** {@code opaque x<V>}. */
  public byte[] opaque() throws MlsException.Malformed {
    return raw(varint());
  }

  /** Steps over an {@code opaque x<V>} without copying it. */
  public void skipOpaque() throws MlsException.Malformed {
    int length = varint();
    need(length);
    position += length;
  }

  /** A reader over the content of a vector {@code T x<V>}; this reader continues behind it. */
  public TlsReader vector() throws MlsException.Malformed {
    int length = varint();
    need(length);
    TlsReader content = new TlsReader(input, position, position + length);
    position += length;
    return content;
  }

  /** All items of a vector {@code T x<V>}, as an unmodifiable list. */
  public <T> List<T> list(Decoder<T> item) throws MlsException {
    TlsReader content = vector();
    List<T> items = new ArrayList<>();
    while (!content.isAtEnd()) {
      int before = content.position;
      items.add(item.decode(content));
      if (content.position == before) {
        throw new IllegalStateException("an item of a vector must not be empty");
      }
    }
    return List.copyOf(items);
  }

  /** The presence octet of {@code optional<T>}: 0 or 1 and nothing else. */
  public boolean present() throws MlsException.Malformed {
    return switch (uint8()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new MlsException.Malformed("presence octet is neither 0 nor 1");
    };
  }

  public <T> Optional<T> optional(Decoder<T> decoder) throws MlsException {
    return present() ? Optional.of(decoder.decode(this)) : Optional.empty();
  }

  /** The length prefix of RFC 9420 section 2.1.2. One that could have been shorter is refused. */
  public int varint() throws MlsException.Malformed {
    int first = uint8();
    int value = first & 0x3F;
    return switch (first >>> 6) {
      case 0 -> value;
      case 1 -> minimal(value << 8 | uint8(), 1 << 6);
      case 2 -> minimal(value << 24 | uint8() << 16 | uint16(), 1 << 14);
      default -> throw new MlsException.Malformed("length prefix starts with the reserved bits 11");
    };
  }

  public boolean isAtEnd() {
    return position == end;
  }

  public int remaining() {
    return end - position;
  }

  /**
   * Offset of the next byte in the array; pair it with {@link #since} to keep the bytes of a
   * structure as they came.
   */
  public int position() {
    return position;
  }

  /** A copy of what was read since {@link #position} was {@code start}. */
  public byte[] since(int start) {
    return Arrays.copyOfRange(input, start, position);
  }

  public void expectEnd() throws MlsException.Malformed {
    if (position != end) {
      throw new MlsException.Malformed((end - position) + " bytes behind the end of the structure");
    }
  }

  private static int minimal(int value, int least) throws MlsException.Malformed {
    if (value < least) {
      throw new MlsException.Malformed("length prefix is longer than it need be");
    }
    return value;
  }

  private void need(int bytes) throws MlsException.Malformed {
    if (bytes < 0 || bytes > end - position) {
      throw new MlsException.Malformed(bytes + " bytes wanted, " + (end - position) + " left");
    }
  }
}
