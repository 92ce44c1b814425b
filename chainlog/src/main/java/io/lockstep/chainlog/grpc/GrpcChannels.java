package io.lockstep.chainlog.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Channels between services: TLS 1.3 with the caller's own certificate, or plaintext. Connections
 * are made with what is in the files at the time, see {@link GrpcEndpoint}. The channels are the
 * caller's to close; a channel that outlives this connects with what was in the files last.
 */
public final class GrpcChannels implements AutoCloseable {
  private final Optional<LiveTls> live;
  private final Optional<SslContext> tls;

  /**
   * @param tls empty for plaintext, which only loopback serves ({@link GrpcEndpoint})
   * @throws IllegalArgumentException when the files are of no use
   * @throws java.io.UncheckedIOException when they cannot be read
   */
  public GrpcChannels(Optional<TlsFiles> tls) {
    this.live = tls.map(LiveTls::start);
    this.tls = live.map(GrpcChannels::context);
  }

  GrpcChannels(LiveTls tls) {
    this.live = Optional.of(tls);
    this.tls = live.map(GrpcChannels::context);
  }

  private static SslContext context(LiveTls live) {
    try {
      return live.client();
    } catch (SSLException e) {
      live.close();
      throw new IllegalArgumentException("the files for TLS between services are of no use", e);
    }
  }

  /**
   * A channel that connects when it is first used.
   *
   * @param target host:port
   * @param files empty for plaintext; they are read now, and not again
   */
  public static ManagedChannel open(String target, Optional<TlsFiles> files) {
    try (GrpcChannels channels = new GrpcChannels(files)) {
      return channels.builder(target).build();
    }
  }

  /** A channel to host:port that connects when it is first used. */
  public ManagedChannel to(String target) {
    return builder(target).build();
  }

  /**
   * The same.
   *
   * @param messageBytesMax largest answer
   */
  public ManagedChannel to(String target, int messageBytesMax) {
    return builder(target).maxInboundMessageSize(messageBytesMax).build();
  }

  private NettyChannelBuilder builder(String target) {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(target);
    return tls.isPresent() ? builder.sslContext(tls.get()) : builder.usePlaintext();
  }

  /** Looks at the files no more. */
  @Override
  public void close() {
    live.ifPresent(LiveTls::close);
  }
}
