package io.lockstep.gateway.vertx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.log.GrpcFrame;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes the messages out of the bytes of a gRPC stream, however these were cut. Holds a part of one
 * message at most, and never more of it than has come.
 */
final class MessageReader {
  private static final byte[] NOTHING = {};

  private final int bytesMax;
  private byte[] held = NOTHING;
  private int length;

  /**
   * @param bytesMax of a message
   */
  MessageReader(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Whether a message has come in part. */
  boolean isWithin() {
    return length > 0;
  }

  /**
   * The next message, if the bytes and those before them have all of it.
   *
   * @param data read up to the end of the message, or all of it
   * @throws Refused for a message that is too large, compressed or no such message; what comes then
   *     means nothing
   */
  <T extends MessageLite> Optional<T> next(ByteBuf data, Parser<T> parser) throws Refused {
    if (!collect(data, GrpcFrame.PREFIX_BYTES)) {
      return Optional.empty();
    }
    int size = size();
    if (!collect(data, GrpcFrame.PREFIX_BYTES + size)) {
      return Optional.empty();
    }
    byte[] message = held;
    held = NOTHING;
    length = 0;
    try {
      return Optional.of(parser.parseFrom(message, GrpcFrame.PREFIX_BYTES, size));
    } catch (InvalidProtocolBufferException e) {
      throw Messages.wrong();
    }
  }

  /** Whether so many bytes are held then. */
  private boolean collect(ByteBuf data, int wanted) {
    int more = Math.min(wanted - length, data.readableBytes());
    if (more > 0) {
      if (held.length < length + more) {
        held = Arrays.copyOf(held, Math.min(wanted, Math.max(length + more, 2 * length)));
      }
      data.readBytes(held, length, more);
      length += more;
    }
    return length >= wanted;
  }

  private int size() throws Refused {
    if (held[0] != 0) {
      throw Messages.unreadable();
    }
    int size = ByteBuffer.wrap(held).getInt(1);
    if (size < 0 || size > bytesMax) {
      throw ConnectStream.tooLarge();
    }
    return size;
  }
}
