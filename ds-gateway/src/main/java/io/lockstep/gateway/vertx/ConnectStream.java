package io.lockstep.gateway.vertx;

import io.grpc.StatusRuntimeException;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * One Connect call straight on Netty's HTTP/2 codec. Reads its messages, gives the client's windows
 * back as it has heard them, and writes head and trailers.
 */
final class ConnectStream implements CallStream {
  /** Of what a client says on a Connect call; an Attach with the longest group id has some 330. */
  static final int MESSAGE_BYTES_MAX = 16 << 10;

  private final ConnectStreams streams;
  private final Http2Stream stream;
  private final MessageReader messages = new MessageReader(MESSAGE_BYTES_MAX);

  /** Null until it has begun. */
  private ConnectCall call;

  /** What has come and is not wanted yet; at most what the windows allow. Null for nothing. */
  private ArrayDeque<ByteBuf> held;

  private boolean paused;
  private boolean saidAll;
  private boolean over;

  ConnectStream(ConnectStreams streams, Http2Stream stream) {
    this.streams = streams;
    this.stream = stream;
  }

  static Refused tooLarge() {
    return new Refused(
        Reason.PAYLOAD_TOO_LARGE,
        "a frame must not be larger than " + MESSAGE_BYTES_MAX + " bytes");
  }

  int id() {
    return stream.id();
  }

  Http2Stream http2() {
    return stream;
  }

  @Override
  public void begin(ConnectCall begins) {
    call = begins;
    streams.head(this);
  }

  /**
   * The client says something.
   *
   * @param end whether it is the last of it
   * @return so many bytes are dealt with
   */
  int data(ByteBuf data, boolean end) {
    int bytes = data.readableBytes();
    saidAll |= end;
    if (held == null) {
      hear(data);
      if (over || !data.isReadable()) {
        completeIfSaidAll();
        return bytes;
      }
      held = new ArrayDeque<>(1);
    }
    int rest = data.readableBytes();
    held.addLast(data.retain());
    return bytes - rest;
  }

  private void hear(ByteBuf data) {
    while (!over && !paused && call != null) {
      Optional<ConnectRequest> message;
      try {
        message = messages.next(data, ConnectRequest.parser());
      } catch (Refused e) {
        call.fail(e);
        return;
      }
      if (message.isEmpty()) {
        return;
      }
      call.frame(message.get());
    }
  }

  private void completeIfSaidAll() {
    if (saidAll && !over && !paused && call != null) {
      if (messages.isWithin()) {
        call.fail(new Refused(Reason.INVALID_FIELD, "the last frame is not whole"));
      } else {
        call.complete();
      }
    }
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    while (held != null && !paused) {
      ByteBuf first = held.getFirst();
      int before = first.readableBytes();
      hear(first);
      if (held == null) {
        // The call has ended meanwhile, and all was given back.
        return;
      }
      streams.consumed(this, before - first.readableBytes());
      if (!first.isReadable()) {
        held.removeFirst().release();
        held = held.isEmpty() ? null : held;
      }
    }
    completeIfSaidAll();
  }

  @Override
  public void end() {
    if (!over) {
      finish();
      streams.trailers(this, GrpcHeads.ok());
    }
  }

  @Override
  public void end(StatusRuntimeException status) {
    if (!over) {
      finish();
      streams.trailers(this, call != null ? GrpcHeads.trailers(status) : GrpcHeads.alone(status));
    }
  }

  private void finish() {
    int unheard = drop();
    if (unheard > 0) {
      streams.consumed(this, unheard);
    }
  }

  /** The stream is closed; its share of the connection's window is back. */
  void gone() {
    if (!over) {
      drop();
      if (call != null) {
        call.gone();
      }
    }
  }

  private int drop() {
    over = true;
    int bytes = 0;
    if (held != null) {
      for (ByteBuf one : held) {
        bytes += one.readableBytes();
        one.release();
      }
      held = null;
    }
    return bytes;
  }
}
