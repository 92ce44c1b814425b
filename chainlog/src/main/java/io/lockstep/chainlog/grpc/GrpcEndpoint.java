package io.lockstep.chainlog.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC listener of a service that is not the gateway: the internal port of an owner, or the
 * Authentication Service. TLS 1.3, or plaintext on a loopback address; plaintext anywhere else is
 * refused.
 */
public final class GrpcEndpoint implements AutoCloseable {
  private static final long CLOSE_SECONDS_MAX = 5;

  private final Server server;
  private final String host;

  private GrpcEndpoint(Server server, String host) {
    this.server = server;
    this.host = host;
  }

  /**
   * Listens and serves.
   *
   * @param address port 0 takes a free port
   * @param messageBytesMax largest request message, in bytes
   */
  public static GrpcEndpoint start(
      InetSocketAddress address,
      Optional<TlsFiles> tls,
      int messageBytesMax,
      List<? extends BindableService> services)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address).maxInboundMessageSize(messageBytesMax);
    if (tls.isPresent()) {
      TlsFiles files = tls.get();
      SslContextBuilder ssl =
          GrpcSslContexts.forServer(files.certificateChain().toFile(), files.privateKey().toFile())
              .protocols("TLSv1.3");
      if (files.peerTrust().isPresent()) {
        ssl.trustManager(files.peerTrust().get().toFile()).clientAuth(ClientAuth.REQUIRE);
      }
      builder.sslContext(ssl.build());
    } else if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
    services.forEach(builder::addService);
    return new GrpcEndpoint(builder.build().start(), address.getHostString());
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
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
