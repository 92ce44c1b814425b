package io.lockstep.chainlog.vertx;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.lockstep.chainlog.grpc.PortGuard;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the connections of a port that clients reach by grpc-java, as the other ports for clients
 * do: the same gate before TLS, the same guard of each connection. Pings are grpc-java's, so a
 * connection whose other end is gone is not among those that the meter is told of. A call must be
 * over in time, answer included.
 */
public final class GrpcClientPort implements PortGuard {
  /** Calls that one connection may have open. */
  private static final int CALLS_OF_CONNECTION_MAX = 100;

  /** A client that asks more often whether this side is there is told to calm down, and cut off. */
  private static final long CLIENT_PING_SECONDS_MIN = 10;

  /** After GOAWAY; who does not answer a ping does not end its calls either. */
  private static final long END_SECONDS_MAX = 5;

  private static final Duration NEVER = Duration.ofDays(365);
  private static final long CLOSE_SECONDS_MAX = 2;

  private final ConnectionLimits limits;
  private final ConnectionMeter meter;
  private final AcceptGate gate;
  private final Map<SocketAddress, Channel> connections = new ConcurrentHashMap<>();
  private final EventLoopGroup accepting = loops("grpc-accept", 1);
  private final EventLoopGroup serving =
      loops("grpc-serve", Runtime.getRuntime().availableProcessors());

  public GrpcClientPort(ConnectionLimits limits, ConnectionMeter meter) {
    this.limits = limits;
    this.meter = meter;
    this.gate =
        new AcceptGate(limits.withTimes(limits.firstCall(), limits.idle(), NEVER, NEVER), meter);
  }

  private static EventLoopGroup loops(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  @Override
  public void guard(NettyServerBuilder builder) {
    builder
        .channelFactory(this::listeningSocket)
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(serving)
        .maxConcurrentCallsPerConnection(CALLS_OF_CONNECTION_MAX)
        .maxInboundMetadataSize(PortOptions.HEADER_LIST_BYTES_MAX)
        .maxRstFramesPerWindow(PortOptions.RESETS_MAX, PortOptions.RESET_WINDOW_SECONDS)
        .keepAliveTime(limits.pingAfter().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(limits.pingAnswer().toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveTime(CLIENT_PING_SECONDS_MIN, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addTransportFilter(new CountControlFrames())
        .intercept(new Guarded());
  }

  private NioServerSocketChannel listeningSocket() {
    NioServerSocketChannel socket = new NioServerSocketChannel();
    socket.pipeline().addLast(gate, new Known());
    return socket;
  }

  private Channel connection(Attributes attributes) {
    SocketAddress from = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return from == null ? null : connections.get(from);
  }

  /** gRPC names a connection by its other end's address and port, which are its own. */
  private final class Known extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof Channel connection && connection.remoteAddress() != null) {
        SocketAddress from = connection.remoteAddress();
        connections.put(from, connection);
        var _ =
            connection.closeFuture().addListener(closed -> connections.remove(from, connection));
      }
      super.channelRead(context, message);
    }
  }

  /** HTTP/2 has begun on a connection. On its event loop. */
  private final class CountControlFrames extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      Channel connection = connection(attributes);
      if (connection != null) {
        Http2ConnectionHandler http2 = connection.pipeline().get(Http2ConnectionHandler.class);
        http2.gracefulShutdownTimeoutMillis(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
        ControlFrames.count(http2, meter);
      }
      return attributes;
    }
  }

  private final class Guarded implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Channel connection = connection(call.getAttributes());
      if (connection == null) {
        call.close(Status.CANCELLED, new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return GuardedCall.begin(call, headers, next, connection, limits.request());
    }
  }

  @Override
  public void close() {
    for (EventLoopGroup loops : new EventLoopGroup[] {accepting, serving}) {
      var _ = loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }
  }
}
