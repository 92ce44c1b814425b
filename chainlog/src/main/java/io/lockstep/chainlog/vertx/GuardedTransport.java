package io.lockstep.chainlog.vertx;

import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;

/**
 * The transport whose servers pass every connection through an {@link AcceptGate} before anything
 * else: HttpServer tells of a connection only when TLS and HTTP/2 have begun on it. Transports are
 * not API of Vert.x, so this is tied to its version; {@code ConnectionGuardEndToEndTest} notices.
 */
public final class GuardedTransport extends NioTransport implements Transport {
  private final AcceptGate gate;

  /** A Vert.x whose servers together keep within the limits. */
  public static Vertx vertx(int eventLoops, ConnectionLimits limits, ConnectionMeter meter) {
    return Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(eventLoops))
        .withTransport(new GuardedTransport(new AcceptGate(limits, meter)))
        .build();
  }

  private GuardedTransport(AcceptGate gate) {
    this.gate = gate;
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    super.configure(options, domainSocket, bootstrap);
    bootstrap.handler(gate);
  }

  @Override
  public String name() {
    return "guarded";
  }

  @Override
  public boolean available() {
    return isAvailable();
  }

  @Override
  public Throwable unavailabilityCause() {
    return super.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return this;
  }
}
