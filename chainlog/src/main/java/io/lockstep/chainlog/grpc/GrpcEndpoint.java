package io.lockstep.chainlog.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC listener of a service that is not the gateway: the internal port of an owner, or the
 * Authentication Service. TLS 1.3, or plaintext on a loopback address; plaintext anywhere else is
 * refused. Certificate, key and trust in peers are what is in their files when a connection is
 * made.
 */
public final class GrpcEndpoint implements AutoCloseable {
  private static final long CLOSE_SECONDS_MAX = 5;

  private final Server server;
  private final String host;
  private final Optional<LiveTls> tls;
  private final PortGuard guard;

  private GrpcEndpoint(Server server, String host, Optional<LiveTls> tls, PortGuard guard) {
    this.server = server;
    this.host = host;
    this.tls = tls;
    this.guard = guard;
  }

  /**
   * Listens and serves.
   *
   * @param address port 0 takes a free port
   * @param messageBytesMax largest request message, in bytes
   * @throws IllegalArgumentException when the files for TLS are of no use
   * @throws java.io.UncheckedIOException when they cannot be read
   */
  public static GrpcEndpoint start(
      InetSocketAddress address,
      Optional<TlsFiles> tls,
      int messageBytesMax,
      List<? extends BindableService> services)
      throws IOException {
    return start(address, tls, messageBytesMax, services, PortGuard.NONE);
  }

  /**
   * The same.
   *
   * @param guard is closed with the endpoint
   */
  public static GrpcEndpoint start(
      InetSocketAddress address,
      Optional<TlsFiles> tls,
      int messageBytesMax,
      List<? extends BindableService> services,
      PortGuard guard)
      throws IOException {
    if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
    return serve(address, tls.map(LiveTls::start), messageBytesMax, services, guard);
  }

  static GrpcEndpoint serve(
      InetSocketAddress address,
      Optional<LiveTls> live,
      int messageBytesMax,
      List<? extends BindableService> services,
      PortGuard guard)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address).maxInboundMessageSize(messageBytesMax);
    services.forEach(builder::addService);
    guard.guard(builder);
    try {
      if (live.isPresent()) {
        builder.sslContext(live.get().server());
      }
      return new GrpcEndpoint(builder.build().start(), address.getHostString(), live, guard);
    } catch (IOException | RuntimeException e) {
      live.ifPresent(LiveTls::close);
      guard.close();
      throw e;
    }
  }

  public int port() {
    return server.getPort();
  }

  /** host:port, as it goes into a watermark or a configuration. */
  public String target() {
    return host + ":" + port();
  }

  @Override
  public void close() {
    tls.ifPresent(LiveTls::close);
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      guard.close();
    }
  }
}
