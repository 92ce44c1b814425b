package io.lockstep.deploy.bench;

import io.lockstep.gateway.log.GrpcFrame;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The little of HTTP/2 (RFC 9113) and HPACK (RFC 7541) that a counting client and a raw writer
 * need.
 */
final class FanoutWire {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;

  static final int HEADER_BYTES = 9;
  static final int FRAME_BYTES_MAX = 16_384;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  /** Deliveries of a stream that are acknowledged at once. */
  static final int ACK_EVERY = 64;

  /** Messages that a stream begins with: Attached and CaughtUp. */
  static final int BEFORE_DELIVERIES = 2;

  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int MAX_CONCURRENT_STREAMS = 3;

  private FanoutWire() {}

  static ByteBuf header(ByteBuf to, int length, int type, int flags, int stream) {
    return to.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  static void clientSettings(ByteBuf to, int windowBytes) {
    header(to, 6, SETTINGS, 0, 0).writeShort(INITIAL_WINDOW_SIZE).writeInt(windowBytes);
  }

  static void serverSettings(ByteBuf to, int streamsMax) {
    header(to, 6, SETTINGS, 0, 0).writeShort(MAX_CONCURRENT_STREAMS).writeInt(streamsMax);
  }

  static void settingsAck(ByteBuf to) {
    header(to, 0, SETTINGS, ACK, 0);
  }

  static void windowUpdate(ByteBuf to, int stream, int bytes) {
    header(to, 4, WINDOW_UPDATE, 0, stream).writeInt(bytes);
  }

  static void data(ByteBuf to, int stream, byte[] grpcFrame) {
    header(to, grpcFrame.length, DATA, 0, stream).writeBytes(grpcFrame);
  }

  static void headers(ByteBuf to, int stream, byte[] block) {
    header(to, block.length, HEADERS, END_HEADERS, stream).writeBytes(block);
  }

  /** Literals without indexing and without Huffman codes (RFC 7541, 6.2.2). */
  static byte[] block(ByteBuf scratch, Iterable<Map.Entry<String, String>> fields) {
    scratch.clear();
    for (Map.Entry<String, String> field : fields) {
      scratch.writeByte(0);
      text(scratch, field.getKey());
      text(scratch, field.getValue());
    }
    byte[] block = new byte[scratch.readableBytes()];
    scratch.readBytes(block);
    return block;
  }

  private static void text(ByteBuf to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    int prefixMax = 127;
    if (bytes.length < prefixMax) {
      to.writeByte(bytes.length);
    } else {
      to.writeByte(prefixMax);
      int rest = bytes.length - prefixMax;
      while (rest >= 128) {
        to.writeByte(rest % 128 + 128);
        rest /= 128;
      }
      to.writeByte(rest);
    }
    to.writeBytes(bytes);
  }

  /** Length of the message that a gRPC frame's prefix announces. */
  static int messageBytes(byte[] prefix) {
    return (prefix[1] & 0xff) << 24
        | (prefix[2] & 0xff) << 16
        | (prefix[3] & 0xff) << 8
        | (prefix[4] & 0xff);
  }

  static int prefixBytes() {
    return GrpcFrame.PREFIX_BYTES;
  }
}
