package io.lockstep.directory.vertx;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** HTTP/2 frames by hand (RFC 9113), for what no library would send. */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD = 9;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  record Frame(int type, int flags, int stream, ByteString payload) {}

  /** Only the TCP connection. */
  RawHttp2(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** With preface and settings: pairs of a number (2 bytes) and a value (4 bytes). */
  static RawHttp2 connected(int port, int... settings) throws IOException {
    RawHttp2 raw = new RawHttp2(port);
    raw.send(PREFACE);
    ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    raw.send(frame(SETTINGS, 0, 0, payload.array()));
    return raw;
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(HEAD + payload.length)
        .putShort((short) (payload.length >> 8))
        .put((byte) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Headers of a gRPC call; HPACK literals without indexing (RFC 7541, 6.2.2). */
  static byte[] call(String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", path);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  /** Headers of a gRPC-Web call. */
  static byte[] webCall(String path, String origin) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", path);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc-web+proto");
    header(block, "origin", origin);
    return block.toByteArray();
  }

  /** Headers with one more. */
  static byte[] with(byte[] block, String name, String value) {
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.writeBytes(block);
    header(more, name, value);
    return more.toByteArray();
  }

  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    int rest = bytes.length - 127;
    if (rest < 0) {
      block.write(bytes.length);
    } else {
      block.write(127);
      while (rest >= 128) {
        block.write(rest % 128 + 128);
        rest /= 128;
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  /** One gRPC message in its frame. */
  static byte[] message(byte[] bytes) {
    return ByteBuffer.allocate(5 + bytes.length)
        .put((byte) 0)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  /** The next frame, for so long at most. */
  Frame next(Duration atMost) throws IOException {
    socket.setSoTimeout((int) atMost.toMillis());
    int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, flags, stream, ByteString.copyFrom(payload));
  }

  /** The next frame of a type; others are passed over. */
  Frame await(int type, Duration atMost) throws IOException {
    Frame frame = next(atMost);
    while (frame.type() != type) {
      frame = next(atMost);
    }
    return frame;
  }

  /** Reads until the other side closes; false when it has not by then. */
  boolean closedWithin(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    try {
      while (true) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        socket.setSoTimeout((int) Math.max(1, left / 1_000_000));
        if (in.read(new byte[8192]) < 0) {
          return true;
        }
      }
    } catch (SocketTimeoutException late) {
      return false;
    } catch (EOFException ended) {
      return true;
    } catch (IOException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
