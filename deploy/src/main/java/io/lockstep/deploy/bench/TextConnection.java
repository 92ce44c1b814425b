package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A connection to a server that speaks in lines, some of which are followed by so many bytes. */
abstract class TextConnection extends CountingConnection {
  /** Bytes that end a line, and what follows it. */
  static final int END_OF_LINE = 2;

  private static final int LINE_MAX = 64 << 10;

  final LoadEvents events;
  private final int streams;
  private byte[] line = new byte[256];
  private int have;
  private int left;
  private long messages;

  TextConnection(int streams, LoadEvents events) {
    this.streams = streams;
    this.events = events;
  }

  /**
   * Hears a line, which has no end of line any more.
   *
   * @return how many bytes come before the next one; 0: none do
   */
  abstract int line(byte[] text, int length);

  /** They have come. */
  abstract void rest();

  final void message() {
    messages++;
    events.delivered();
  }

  @Override
  final int served(long each) {
    return messages == each * streams ? streams : 0;
  }

  @Override
  final void read(ByteBuf in) {
    while (in.isReadable()) {
      if (left > 0) {
        int part = Math.min(left, in.readableBytes());
        in.skipBytes(part);
        left -= part;
        if (left == 0) {
          rest();
        }
      } else {
        readLine(in);
      }
    }
  }

  private void readLine(ByteBuf in) {
    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int part = (end < 0 ? in.writerIndex() : end) - in.readerIndex();
    if (have + part > line.length) {
      if (have + part > LINE_MAX) {
        throw new IllegalStateException("a line is too long");
      }
      line = Arrays.copyOf(line, LINE_MAX);
    }
    in.readBytes(line, have, part);
    have += part;
    if (end >= 0) {
      in.skipBytes(1);
      int length = have > 0 && line[have - 1] == '\r' ? have - 1 : have;
      have = 0;
      left = line(line, length);
    }
  }

  /** A line, and so many bytes after it. */
  static byte[] lineWith(String text, int bytes) {
    byte[] line = (text + "\r\n").getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(line.length + bytes + END_OF_LINE)
        .put(line)
        .put(new byte[bytes])
        .put((byte) '\r')
        .put((byte) '\n')
        .array();
  }

  /** The decimal number that a line ends with, after its last other character. */
  static int lastNumber(byte[] text, int length) {
    int from = length;
    while (from > 0 && text[from - 1] >= '0' && text[from - 1] <= '9') {
      from--;
    }
    int number = 0;
    for (int i = from; i < length; i++) {
      number = 10 * number + text[i] - '0';
    }
    return number;
  }
}
