package io.lockstep.gateway.vertx;

import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.streams.Line;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the DATA frames of all Connect calls on one connection into one buffer, and the buffer
 * with one write and one flush a turn.
 *
 * <pre>
 *   a frame to many calls ──(from what is leased of their windows)──────────────────▶ MergedWriter ──▶ socket
 *   CallOutput ──▶ Netty's flow controller ──(so many bytes, now)──▶ CallOutput ──▶
 *   Vert.x     ──▶ HTTP/2 codec ── its other frames ─────────────────────────────▶
 * </pre>
 *
 * It stands in the pipeline below the HTTP/2 codec, so what the codec writes itself (headers,
 * trailers, resets, settings) passes here and keeps its place among the frames: the buffer goes
 * before it. Flow control stays with Netty's controller, which calls back for exactly the bytes
 * that the windows of stream and connection have room for and takes them off the windows. On its
 * event loop's thread only.
 */
final class MergedWriter extends ChannelOutboundHandlerAdapter implements Line<Delivery> {
  /** A buffer is handed on when it is full, so that the channel knows how much waits in it. */
  static final int BUFFER_BYTES = 64 << 10;

  /** For frames that were not counted on: their window opened. */
  private static final int BUFFER_BYTES_MIN = 1 << 10;

  /** Every peer takes frames of so many bytes (RFC 9113, 6.5.2), and larger ones gain nothing. */
  static final int FRAME_BYTES_MAX = 16_384;

  /**
   * What the channel may hold for a socket that is full: with Netty's 64 KiB a turn of 100 streams
   * has to stop in its middle.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 512 << 10);

  private final Turns turns;
  private final GatewayMeter meter;
  private final Http2ConnectionHandler codec;
  private final ChannelHandlerContext codecContext;
  private final Http2RemoteFlowController windows;
  private final Http2Stream connection;
  private final Places places;
  private final List<CallOutput> fresh = new ArrayList<>(1);
  private final List<CallOutput> roomy = new ArrayList<>(0);
  private ChannelHandlerContext below;
  private ByteBuf open;
  private long expected;

  /** Frames that are to go to many calls, the next one with them. */
  private int following;

  /** Bytes that have gone to many calls and are still to be taken off the connection's window. */
  private int unaccounted;

  private boolean asked;

  private MergedWriter(
      Turns turns,
      GatewayMeter meter,
      Http2ConnectionHandler codec,
      ChannelHandlerContext codecContext) {
    this.turns = turns;
    this.meter = meter;
    this.codec = codec;
    this.codecContext = codecContext;
    this.windows = codec.encoder().flowController();
    this.connection = codec.connection().connectionStream();
    this.places = new Places(windows);
  }

  /** The connection's writer; made when the first call asks for it. */
  static MergedWriter of(HttpConnection connection, Turns turns, GatewayMeter meter) {
    ChannelHandlerContext codecContext = ((ConnectionBase) connection).channelHandlerContext();
    MergedWriter known = codecContext.pipeline().get(MergedWriter.class);
    if (known != null) {
      return known;
    }
    MergedWriter writer =
        new MergedWriter(
            turns, meter, (Http2ConnectionHandler) codecContext.handler(), codecContext);
    codecContext.channel().config().setWriteBufferWaterMark(WATER_MARK);
    codecContext.pipeline().addBefore(codecContext.name(), null, writer);
    return writer;
  }

  /**
   * The output of a call.
   *
   * @param roomAgain called after {@link CallOutput#ready} was false, when it is worth asking again
   */
  CallOutput output(int streamId, Runnable roomAgain) {
    return new CallOutput(this, codec.connection().stream(streamId), roomAgain);
  }

  Places places() {
    return places;
  }

  Http2RemoteFlowController windows() {
    return windows;
  }

  int connectionWindowBytes() {
    return windows.windowSize(connection) - unaccounted;
  }

  @Override
  public void expect(int frames) {
    following = frames;
  }

  @Override
  public void deliver(Delivery delivery, int[] to, int count, Refused refused) {
    byte[] payload = delivery.frame();
    if (payload.length > FRAME_BYTES_MAX) {
      Line.super.deliver(delivery, to, count, refused);
      return;
    }
    places.heedSettings();
    DataFrame frame = turns.frame();
    frame.carry(payload);
    expected = (long) count * frame.size() * Math.max(1, following--);
    int room = connectionWindowBytes();
    long writable = writable();
    boolean full = false;
    int delivered = 0;
    for (int i = count - 1; i >= 0; i--) {
      if (writable < frame.size() && !full) {
        handOn();
        below.flush();
        writable = writable();
        full = writable < frame.size();
      }
      if (full || room < payload.length || !places.take(to[i], payload.length)) {
        refused.at(i);
      } else {
        room -= payload.length;
        writable -= frame.size();
        delivered++;
        buffer(frame.size()).writeBytes(frame.on(places.streamId(to[i])), 0, frame.size());
      }
    }
    expected = 0;
    unaccounted += delivered * payload.length;
    meter.delivered(delivered, (long) delivered * payload.length);
  }

  /** Bytes that the channel takes before it would have others wait. */
  private long writable() {
    return below.channel().bytesBeforeUnwritable() - (open == null ? 0 : open.readableBytes());
  }

  private void account() {
    if (unaccounted > 0) {
      Places.change(windows, connection, -unaccounted);
      unaccounted = 0;
    }
  }

  /** The call has something that the flow controller does not know of. */
  void fresh(CallOutput output) {
    fresh.add(output);
    ask();
  }

  /** The call was refused room and has it now. */
  void roomy(CallOutput output) {
    roomy.add(output);
    ask();
  }

  private void ask() {
    if (!asked) {
      asked = true;
      turns.next(this);
    }
  }

  void turn() {
    asked = false;
    for (CallOutput output : takeAll(roomy)) {
      output.roomAgain();
    }
    if (!fresh.isEmpty()) {
      flush();
    }
  }

  private static List<CallOutput> takeAll(List<CallOutput> outputs) {
    if (outputs.isEmpty()) {
      return List.of();
    }
    List<CallOutput> all = List.copyOf(outputs);
    outputs.clear();
    return all;
  }

  @Override
  public void flush() {
    account();
    if (fresh.isEmpty()) {
      flush(below);
      return;
    }
    for (int i = 0; i < fresh.size(); i++) {
      expected += fresh.get(i).submit() + DataFrame.HEADER_BYTES;
    }
    fresh.clear();
    codec.flush(codecContext);
    expected = 0;
  }

  /**
   * Room for a DATA frame, its header written.
   *
   * @param bytes of payload, at most {@link #FRAME_BYTES_MAX}; the caller writes as many
   */
  ByteBuf data(int streamId, int bytes) {
    return buffer(DataFrame.HEADER_BYTES + bytes)
        .writeMedium(bytes)
        .writeByte(Http2FrameTypes.DATA)
        .writeByte(0)
        .writeInt(streamId);
  }

  private ByteBuf buffer(int bytes) {
    if (open == null || open.writableBytes() < bytes) {
      handOn();
      long size = Math.max(bytes, Math.min(BUFFER_BYTES, Math.max(expected, BUFFER_BYTES_MIN)));
      open = below.alloc().directBuffer((int) size);
    }
    expected -= bytes;
    return open;
  }

  private void handOn() {
    if (open != null) {
      ByteBuf full = open;
      open = null;
      var _ = below.write(full);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    below = context;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    handOn();
    var _ = context.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    if (!turns.holds(this)) {
      handOn();
      context.flush();
    }
  }

  void flushHeld() {
    handOn();
    below.flush();
  }

  /**
   * What the codec closes in good order it has said GOAWAY to before. If not, something went wrong
   * on the connection, and the client is told that it is over (RFC 9113, 5.4.1).
   */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (context.channel().isActive() && !codec.connection().goAwaySent()) {
      var _ =
          codec.goAway(
              codecContext,
              codec.connection().remote().lastStreamCreated(),
              Http2Error.PROTOCOL_ERROR.code(),
              Unpooled.EMPTY_BUFFER,
              codecContext.newPromise());
    }
    handOn();
    context.flush();
    var _ = context.close(promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (open != null) {
      open.release();
      open = null;
    }
  }
}
