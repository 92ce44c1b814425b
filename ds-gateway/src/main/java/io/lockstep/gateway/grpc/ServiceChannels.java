package io.lockstep.gateway.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Channels to owners and to the key store: mutual TLS 1.3, or plaintext where that is deployed. */
public final class ServiceChannels {
  /** A page of history or an answer of the key store. */
  private static final int MESSAGE_BYTES_MAX = 16 << 20;

  private final Optional<SslContext> tls;

  /**
   * @param files empty: plaintext, for services on loopback
   */
  public ServiceChannels(Optional<TlsFiles> files) throws SSLException {
    this.tls = files.isPresent() ? Optional.of(context(files.get())) : Optional.empty();
  }

  public ManagedChannel to(String target) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(target).maxInboundMessageSize(MESSAGE_BYTES_MAX);
    if (tls.isPresent()) {
      builder.sslContext(tls.get());
    } else {
      builder.usePlaintext();
    }
    return builder.build();
  }

  private static SslContext context(TlsFiles files) throws SSLException {
    SslContextBuilder builder =
        GrpcSslContexts.forClient()
            .protocols("TLSv1.3")
            .keyManager(files.certificateChain().toFile(), files.privateKey().toFile());
    files.peerTrust().ifPresent(trust -> builder.trustManager(trust.toFile()));
    return builder.build();
  }
}
