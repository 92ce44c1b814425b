package io.lockstep.gateway.vertx;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * A client that sees every HTTP/2 frame, and keeps account of its windows: a DATA frame beyond one
 * of them, or beyond the largest size of a frame, is an error (RFC 9113).
 */
final class FrameClient implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int END_STREAM = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_HEADERS = 4;
  private static final int FRAME_BYTES_MAX = 16_384;
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private int initialWindow;

  /** Initial windows that the server was told and has not confirmed. */
  private final ArrayDeque<Integer> told = new ArrayDeque<>();

  private final Map<Integer, Integer> windows = new HashMap<>();
  private int connectionWindow = 65_535;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Frame(int type, int flags, int stream, byte[] payload) {
    boolean endsStream() {
      return (flags & END_STREAM) != 0;
    }
  }

  FrameClient(int port, int initialWindow) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream()));
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    this.initialWindow = initialWindow;
    resize(initialWindow);
  }

  /**
   * Makes the windows of all streams larger or smaller (RFC 9113, 6.9.2); it holds from the
   * server's confirmation on.
   */
  void resize(int window) throws IOException {
    told.add(window);
    head(6, SETTINGS, 0, 0);
    out.writeShort(4);
    out.writeInt(window);
    out.flush();
  }

  private void confirmed() {
    int change = told.remove() - initialWindow;
    initialWindow += change;
    windows.replaceAll((stream, window) -> window + change);
  }

  private void head(int length, int type, int flags, int stream) throws IOException {
    out.writeByte(length >> 16);
    out.writeShort(length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
  }

  /** A request without a body. */
  void request(int stream, String path) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (String text : new String[] {":method", "GET", ":scheme", "http", ":path", path}) {
      if (text.startsWith(":")) {
        block.write(0);
      }
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      block.write(bytes.length);
      block.writeBytes(bytes);
    }
    windows.put(stream, initialWindow);
    head(block.size(), HEADERS, END_HEADERS | END_STREAM, stream);
    out.write(block.toByteArray());
    out.flush();
  }

  /** Opens the window of a stream, or of the connection (0). */
  void open(int stream, int bytes) throws IOException {
    if (stream == 0) {
      connectionWindow += bytes;
    } else {
      windows.merge(stream, bytes, Integer::sum);
    }
    head(4, WINDOW_UPDATE, 0, stream);
    out.writeInt(bytes);
    out.flush();
  }

  void reset(int stream) throws IOException {
    head(4, RST_STREAM, 0, stream);
    out.writeInt(8);
    out.flush();
  }

  int window(int stream) {
    return stream == 0 ? connectionWindow : windows.get(stream);
  }

  /** The next DATA or HEADERS frame, or a SETTINGS frame when windows have another size now. */
  Frame next() throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == DATA) {
        account(stream, length);
      } else if (type == SETTINGS && flags == 0) {
        head(0, SETTINGS, 1, 0);
        out.flush();
      } else if (type == SETTINGS) {
        int before = initialWindow;
        confirmed();
        if (initialWindow != before) {
          return new Frame(SETTINGS, 0, 0, payload);
        }
      } else if (type > HEADERS && type != WINDOW_UPDATE) {
        throw new AssertionError("a frame of type " + type + " on stream " + stream);
      }
      if (type == DATA || type == HEADERS) {
        return new Frame(type, flags, stream, payload);
      }
    }
  }

  private void account(int stream, int length) {
    connectionWindow -= length;
    int left = windows.merge(stream, -length, Integer::sum);
    if (length > FRAME_BYTES_MAX || connectionWindow < 0 || (left < 0 && length > 0)) {
      throw new AssertionError(
          length + " bytes leave stream " + stream + " " + left + " and all " + connectionWindow);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** With a RST instead of a FIN. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
