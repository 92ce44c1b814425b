package io.lockstep.gateway.vertx;

import io.lockstep.api.v1.DeliveryGrpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Connect calls of one connection, without Vert.x: a call there costs eight KiB, of which four
 * are the places of a queue that is never used, and fifty thousand of them are most of what a
 * gateway collects after a storm. Only a call as every gRPC client makes it is taken; one that is
 * compressed, has a deadline or is odd in any other way goes the way of all other requests.
 *
 * <pre>
 *   socket ──▶ HTTP/2 codec ──▶ ConnectStreams ──(Connect)──▶ ConnectStream ──▶ ConnectCall
 *                                      └───────(all others)──▶ Vert.x
 * </pre>
 *
 * Vert.x does not know these streams. Where it tells all streams of an error of the connection it
 * fails on them, and Netty closes the connection for that; {@link MergedWriter#close} says GOAWAY
 * then. On its event loop's thread only.
 */
final class ConnectStreams extends Http2FrameListenerDecorator {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectStreams.class);
  private static final AsciiString PATH =
      AsciiString.cached("/" + DeliveryGrpc.getConnectMethod().getFullMethodName());
  private static final AsciiString POST = AsciiString.cached("POST");
  private static final AsciiString TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString GRPC_PROTO = AsciiString.cached("application/grpc+proto");
  private static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
  private static final AsciiString IDENTITY = AsciiString.cached("identity");
  private static final AsciiString TIMEOUT = AsciiString.cached("grpc-timeout");
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");

  /** Where the calls go. */
  interface Taker {
    /** A call comes in: it is begun, or ended. */
    void take(ConnectStream stream, Optional<String> authorization);
  }

  private final Http2ConnectionHandler codec;
  private final ChannelHandlerContext context;
  private final Http2Connection.PropertyKey key;
  private final Taker taker;

  private ConnectStreams(
      Http2FrameListener others,
      Http2ConnectionHandler codec,
      ChannelHandlerContext context,
      Taker taker) {
    super(others);
    this.codec = codec;
    this.context = context;
    this.taker = taker;
    this.key = codec.connection().newKey();
  }

  /** Serves them from now on, on a connection of HTTP/2. */
  static void serve(HttpConnection connection, Taker taker) {
    ChannelHandlerContext context = ((ConnectionBase) connection).channelHandlerContext();
    if (context.handler() instanceof Http2ConnectionHandler codec) {
      ConnectStreams streams =
          new ConnectStreams(codec.decoder().frameListener(), codec, context, taker);
      codec.decoder().frameListener(streams);
      codec
          .connection()
          .addListener(
              new Http2ConnectionAdapter() {
                @Override
                public void onStreamClosed(Http2Stream stream) {
                  ConnectStream closed = streams.of(stream);
                  if (closed != null) {
                    closed.gone();
                  }
                }
              });
    }
  }

  private ConnectStream of(Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }

  private static boolean isPlain(Http2Headers headers) {
    CharSequence type = headers.get(TYPE);
    CharSequence encoding = headers.get(ENCODING);
    return AsciiString.contentEquals(PATH, orEmpty(headers.path()))
        && AsciiString.contentEquals(POST, orEmpty(headers.method()))
        && headers.scheme() != null
        && type != null
        && (AsciiString.contentEquals(GRPC, type) || AsciiString.contentEquals(GRPC_PROTO, type))
        && (encoding == null || AsciiString.contentEquals(IDENTITY, encoding))
        && !headers.contains(TIMEOUT)
        && !headers.contains(HOST);
  }

  private static CharSequence orEmpty(CharSequence text) {
    return text == null ? "" : text;
  }

  private boolean headers(int streamId, Http2Headers headers, boolean end) {
    Http2Stream stream = codec.connection().stream(streamId);
    ConnectStream known = of(stream);
    if (known != null) {
      // Trailers, which gRPC clients have none of.
      known.data(Unpooled.EMPTY_BUFFER, end);
      return true;
    }
    if (stream == null || end || !isPlain(headers)) {
      return false;
    }
    ConnectStream call = new ConnectStream(this, stream);
    stream.setProperty(key, call);
    CharSequence authorization = headers.get(AUTHORIZATION);
    taker.take(call, Optional.ofNullable(authorization).map(CharSequence::toString));
    return true;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end)
      throws Http2Exception {
    if (!headers(streamId, headers, end)) {
      super.onHeadersRead(ctx, streamId, headers, padding, end);
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    if (!headers(streamId, headers, end)) {
      super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, end);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    ConnectStream call = of(codec.connection().stream(streamId));
    return call == null
        ? super.onDataRead(ctx, streamId, data, padding, end)
        : call.data(data, end) + padding;
  }

  /** Flushed when what there is to read is read: the call has come with it. */
  void head(ConnectStream call) {
    var _ =
        codec
            .encoder()
            .writeHeaders(context, call.id(), GrpcHeads.head(), 0, false, context.newPromise());
  }

  /** The last of a call; then its stream is closed, whether the client has said all or not. */
  void trailers(ConnectStream call, Http2Headers trailers) {
    var _ =
        codec
            .encoder()
            .writeHeaders(context, call.id(), trailers, 0, true, context.newPromise())
            .addListener(
                written -> {
                  if (written.isSuccess() && codec.connection().stream(call.id()) != null) {
                    reset(call);
                  }
                });
    flush();
  }

  private void reset(ConnectStream call) {
    var _ =
        codec
            .encoder()
            .writeRstStream(context, call.id(), Http2Error.NO_ERROR.code(), context.newPromise());
    flush();
  }

  /** With what the flow controller has. */
  private void flush() {
    codec.flush(context);
  }

  /** The call has heard so much of what waited for it. */
  void consumed(ConnectStream call, int bytes) {
    try {
      if (codec.decoder().flowController().consumeBytes(call.http2(), bytes)) {
        flush();
      }
    } catch (Http2Exception e) {
      LOG.error("the windows of a connection do not add up", e);
      var _ = context.close();
    }
  }
}
