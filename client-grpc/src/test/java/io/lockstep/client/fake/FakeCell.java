package io.lockstep.client.fake;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.lockstep.client.ServiceTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * All services in memory behind one real gRPC port on loopback, as the protos' comments want them.
 */
public final class FakeCell implements AutoCloseable {
  private final Server server;
  private final FakeAuthentication authentication;
  private final FakeDelivery delivery;

  private FakeCell(Path directory) {
    this.authentication = new FakeAuthentication(directory);
    this.delivery = new FakeDelivery(authentication);
    try {
      this.server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(authentication)
              .addService(new FakeKeys(authentication))
              .addService(delivery)
              .intercept(new TokenInterceptor())
              .maxInboundMessageSize(4 * 1024 * 1024)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The trust anchor is written into the directory. */
  public static FakeCell start(Path directory) {
    return new FakeCell(directory);
  }

  public ServiceTarget target() {
    return ServiceTarget.plaintext("127.0.0.1:" + server.getPort());
  }

  public Path trustAnchor() {
    return authentication.trustAnchor();
  }

  public FakeDelivery delivery() {
    return delivery;
  }

  public FakeAuthentication authentication() {
    return authentication;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
