package io.lockstep.chainlog.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Channels between services: TLS 1.3 with the caller's own certificate, or plaintext. */
public final class GrpcChannels {
  private GrpcChannels() {}

  /**
   * A channel that connects when it is first used.
   *
   * @param target host:port
   * @param tls empty for plaintext, which only loopback serves ({@link GrpcEndpoint})
   */
  public static ManagedChannel open(String target, Optional<TlsFiles> tls) {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(target);
    if (tls.isEmpty()) {
      return builder.usePlaintext().build();
    }
    TlsFiles files = tls.get();
    SslContextBuilder ssl =
        GrpcSslContexts.forClient()
            .protocols("TLSv1.3")
            .keyManager(files.certificateChain().toFile(), files.privateKey().toFile());
    files.peerTrust().ifPresent(trust -> ssl.trustManager(trust.toFile()));
    try {
      return builder.sslContext(ssl.build()).build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("cannot use " + files, e);
    }
  }
}
