package io.lockstep.chainlog;

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

  /** A codec for a protobuf message, with deterministic serialisation. */
  static <T extends MessageLite> Codec<T> proto(Parser<T> parser) {
    return new ProtoCodec<>(parser);
  }
}
