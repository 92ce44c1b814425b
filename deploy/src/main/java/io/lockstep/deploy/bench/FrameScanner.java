package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;

/** Cuts a connection's bytes into HTTP/2 frames without gathering their payloads. */
final class FrameScanner {
  private final byte[] header = new byte[FanoutWire.HEADER_BYTES];
  private int headerHave;
  private int left;
  private int type;
  private int flags;
  private int stream;

  /** Hears of frames as they come. */
  interface Frames {
    /** The next bytes of a frame's payload; moves the reader index over exactly so many. */
    void payload(int type, int flags, int stream, ByteBuf from, int bytes, boolean last);
  }

  /** Reads all of the buffer. */
  void scan(ByteBuf in, Frames frames) {
    while (true) {
      if (headerHave < header.length) {
        int part = Math.min(header.length - headerHave, in.readableBytes());
        in.readBytes(header, headerHave, part);
        headerHave += part;
        if (headerHave < header.length) {
          return;
        }
        left = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        type = header[3];
        flags = header[4];
        stream =
            (header[5] & 0x7f) << 24
                | (header[6] & 0xff) << 16
                | (header[7] & 0xff) << 8
                | (header[8] & 0xff);
      }
      int part = Math.min(left, in.readableBytes());
      if (part == 0 && left > 0) {
        return;
      }
      left -= part;
      frames.payload(type, flags, stream, in, part, left == 0);
      if (left == 0) {
        headerHave = 0;
      }
      if (!in.isReadable() && headerHave == 0) {
        return;
      }
    }
  }
}
