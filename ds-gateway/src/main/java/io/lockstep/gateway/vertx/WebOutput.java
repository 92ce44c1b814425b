package io.lockstep.gateway.vertx;

import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.log.GrpcFrame;
import io.lockstep.gateway.streams.Line;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.server.GrpcServerResponse;

/**
 * The output of a gRPC-Web call, on HTTP/1.1 or HTTP/2: by Vert.x, which frames the trailers as the
 * protocol demands. Vert.x counts what waits in messages, of which 16 of the largest would be 16
 * MiB for each browser that does not read; so the bytes are counted here.
 */
final class WebOutput implements Output, Line<Delivery> {
  /** On their way to the socket; the last frame may go beyond it. */
  static final int WAITING_BYTES_MAX = 64 << 10;

  private static final int ALONE = -1;
  private static final String IDENTITY = "identity";

  private final GrpcServerResponse<?, ?> response;
  private final Runnable roomAgain;
  private int waiting;
  private boolean refused;
  private boolean ended;

  /**
   * @param roomAgain called when there is room, after there was none
   */
  WebOutput(GrpcServerResponse<?, ?> response, Runnable roomAgain) {
    this.response = response;
    this.roomAgain = roomAgain;
  }

  @Override
  public Line<Delivery> line() {
    return this;
  }

  @Override
  public int place() {
    return ALONE;
  }

  /** What is written goes out at once. */
  @Override
  public void flush() {}

  @Override
  public boolean ready() {
    boolean ready = !ended && waiting < WAITING_BYTES_MAX;
    refused |= !ready;
    return ready;
  }

  @Override
  public void write(byte[] frame) {
    if (ended) {
      return;
    }
    int length = frame.length - GrpcFrame.PREFIX_BYTES;
    Buffer message = Buffer.buffer(frame.length).appendBytes(frame, GrpcFrame.PREFIX_BYTES, length);
    waiting += length;
    var _ =
        response
            .writeMessage(GrpcMessage.message(IDENTITY, message))
            .onComplete(gone -> left(length));
  }

  /** So many bytes are with the socket, or will never be. */
  private void left(int length) {
    waiting -= length;
    if (refused && !ended && waiting < WAITING_BYTES_MAX) {
      refused = false;
      roomAgain.run();
    }
  }

  @Override
  public void finish() {
    ended = true;
  }

  @Override
  public void drop() {
    ended = true;
  }
}
