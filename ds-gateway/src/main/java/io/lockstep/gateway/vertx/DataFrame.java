package io.lockstep.gateway.vertx;

import io.netty.handler.codec.http2.Http2FrameTypes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An HTTP/2 DATA frame (RFC 9113, 6.1) that goes to many streams: the same bytes but for the number
 * of the stream. On its event loop's thread only.
 */
final class DataFrame {
  /** RFC 9113, 4.1. */
  static final int HEADER_BYTES = 9;

  private static final int TYPE_AT = 3;
  private static final int STREAM_AT = 5;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private byte[] payload = {};
  private byte[] bytes = new byte[HEADER_BYTES];

  /** What the frame carries; nobody changes it. */
  void carry(byte[] newPayload) {
    if (!Arrays.equals(payload, newPayload)) {
      payload = newPayload;
      if (bytes.length < size()) {
        bytes = new byte[size()];
      }
      INT.set(bytes, 0, payload.length << Byte.SIZE);
      bytes[TYPE_AT] = Http2FrameTypes.DATA;
      System.arraycopy(payload, 0, bytes, HEADER_BYTES, payload.length);
    }
  }

  /** The first {@link #size} bytes are the frame for the stream, until the next call. */
  byte[] on(int streamId) {
    INT.set(bytes, STREAM_AT, streamId);
    return bytes;
  }

  int size() {
    return HEADER_BYTES + payload.length;
  }
}
