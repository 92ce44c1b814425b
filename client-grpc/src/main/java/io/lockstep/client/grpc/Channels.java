package io.lockstep.client.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.client.ServiceTarget;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** TLS 1.3, or plaintext to loopback. */
final class Channels {
  /** A Delivery may carry a Commit bundle's largest part (1 MiB) or a Welcome (3 MiB in total). */
  private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

  /** While a call is open; a gateway that is silent is given up after both together. */
  private static final long KEEP_ALIVE_SECONDS = 30;

  private static final long KEEP_ALIVE_ANSWER_SECONDS = 10;

  private Channels() {}

  static ManagedChannel open(ServiceTarget target) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(target.host(), target.port())
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
            .userAgent("lockstep-client");
    if (target.trust().isPresent()) {
      try {
        builder.sslContext(
            GrpcSslContexts.forClient()
                .trustManager(target.trust().get().toFile())
                .protocols("TLSv1.3")
                .build());
      } catch (SSLException e) {
        throw new IllegalArgumentException("TLS trust of " + target, e);
      }
    } else {
      requireLoopback(target);
      builder.usePlaintext();
    }
    return builder.build();
  }

  private static void requireLoopback(ServiceTarget target) {
    InetSocketAddress address = new InetSocketAddress(target.host(), target.port());
    if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "plaintext is spoken to loopback only, not to " + target + ": give a TLS trust file");
    }
  }
}
