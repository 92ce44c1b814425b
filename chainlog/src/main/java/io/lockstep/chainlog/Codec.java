package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * Bytes of a value and back. Equal values must give equal bytes, on any machine: the chain is over
 * the encoded entry.
 *
 * @param <T> an immutable type
 */
public interface Codec<T> {
  byte[] encode(T value);

  T decode(byte[] bytes) throws CodecException;

  default T decode(ByteString bytes) throws CodecException {
    return decode(bytes.toByteArray());
  }

  /** A codec for a protobuf message, with deterministic serialisation. */
  static <T extends MessageLite> Codec<T> proto(Parser<T> parser) {
    return new ProtoCodec<>(parser, false);
  }

  /**
   * The same; byte strings in what is decoded are views of the bytes that were given, which so stay
   * in memory as long as any of them. For messages that are mostly one payload, and whose reader
   * copies what it keeps of the rest.
   */
  static <T extends MessageLite> Codec<T> viewing(Parser<T> parser) {
    return new ProtoCodec<>(parser, true);
  }
}
