package io.lockstep.chainlog.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where connections come in, on the listening socket: one too many is closed before it costs a TLS
 * handshake, and every other gets its {@link FairReads} and its {@link ConnectionGuard}.
 * Thread-safe.
 */
@ChannelHandler.Sharable
final class AcceptGate extends ChannelInboundHandlerAdapter {
  private final ConnectionLimits limits;
  private final ConnectionCounts counts;
  private final HeldBytes held;
  private final ConnectionMeter meter;
  private final Map<EventLoop, ReadTurns> turns = new ConcurrentHashMap<>();

  AcceptGate(ConnectionLimits limits, ConnectionMeter meter) {
    this.limits = limits;
    this.counts = new ConnectionCounts(limits.max(), limits.perAddressMax(), limits.proxies());
    this.held = new HeldBytes(limits.heldBytesMax());
    this.meter = meter;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof Channel connection
        && connection.remoteAddress() instanceof InetSocketAddress from) {
      ConnectionCounts.Verdict verdict = counts.opened(from.getAddress());
      if (verdict != ConnectionCounts.Verdict.TAKEN) {
        meter.closed(verdict.name().toLowerCase(Locale.ROOT));
        connection.unsafe().closeForcibly();
        return;
      }
      meter.open(1);
      var _ =
          connection
              .closeFuture()
              .addListener(
                  closed -> {
                    counts.closed(from.getAddress());
                    meter.open(-1);
                  });
      FairReads.leaveClosing(connection);
      connection
          .pipeline()
          .addLast(new FairReads(this::turns), new ConnectionGuard(limits, held, meter));
    }
    super.channelRead(context, message);
  }

  private ReadTurns turns(EventLoop loop) {
    return turns.computeIfAbsent(loop, one -> new ReadTurns(one, System::nanoTime));
  }
}
