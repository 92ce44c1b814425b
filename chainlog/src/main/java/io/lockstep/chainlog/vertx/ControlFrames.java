package io.lockstep.chainlog.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Ends an HTTP/2 connection (GOAWAY with ENHANCE_YOUR_CALM, RFC 9113, 7) on which control frames
 * come faster than anybody needs them: each costs this side work, and an answer, and the client
 * next to nothing. Resets have a limit of their own, and windows are opened as fast as data comes.
 * On its event loop's thread only.
 */
public final class ControlFrames extends Http2FrameListenerDecorator {
  /** A client that measures its bandwidth sends a ping for each round trip at most. */
  private static final long NANOS_EACH = TimeUnit.SECONDS.toNanos(1) / 1_000;

  private static final long BURST_NANOS = 10_000 * NANOS_EACH;

  private final ConnectionMeter meter;
  private long usedUpTo = System.nanoTime();
  private boolean ended;

  private ControlFrames(Http2FrameListener listener, ConnectionMeter meter) {
    super(listener);
    this.meter = meter;
  }

  /** Counts from now on, on a connection of HTTP/2. */
  public static void count(HttpConnection connection, ConnectionMeter meter) {
    ChannelHandlerContext context = ((ConnectionBase) connection).channelHandlerContext();
    if (context.handler() instanceof Http2ConnectionHandler codec) {
      count(codec, meter);
    }
  }

  static void count(Http2ConnectionHandler codec, ConnectionMeter meter) {
    codec.decoder().frameListener(new ControlFrames(codec.decoder().frameListener(), meter));
  }

  private void one() throws Http2Exception {
    long now = System.nanoTime();
    usedUpTo = now + Math.max(usedUpTo - now, 0) + NANOS_EACH;
    if (usedUpTo - now > BURST_NANOS) {
      if (!ended) {
        ended = true;
        meter.closed("control_frames");
      }
      throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many control frames");
    }
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
    one();
    super.onPingRead(context, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
    one();
    super.onPingAckRead(context, data);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    one();
    super.onSettingsRead(context, settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
    one();
    super.onSettingsAckRead(context);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext context, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    one();
    super.onPriorityRead(context, streamId, dependency, weight, exclusive);
  }

  @Override
  public void onGoAwayRead(
      ChannelHandlerContext context, int lastStreamId, long errorCode, ByteBuf debugData)
      throws Http2Exception {
    one();
    super.onGoAwayRead(context, lastStreamId, errorCode, debugData);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext context,
      byte frameType,
      int streamId,
      Http2Flags flags,
      ByteBuf payload)
      throws Http2Exception {
    one();
    super.onUnknownFrame(context, frameType, streamId, flags, payload);
  }
}
