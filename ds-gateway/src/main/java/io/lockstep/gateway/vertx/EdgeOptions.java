package io.lockstep.gateway.vertx;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/** How the gateway listens: HTTP/2; TLS 1.3, or plaintext on a loopback address. */
final class EdgeOptions {
  /** Calls that one connection may have open. */
  private static final long CONCURRENT_STREAMS_MAX = 1_000;

  private EdgeOptions() {}

  static HttpServerOptions http(InetSocketAddress address, int port, Optional<TlsFiles> tls) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(address.getAddress().getHostAddress())
            .setPort(port)
            .setInitialSettings(
                new Http2Settings().setMaxConcurrentStreams(CONCURRENT_STREAMS_MAX));
    if (tls.isPresent()) {
      options
          .setSsl(true)
          .setUseAlpn(true)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(tls.get().certificateChain().toString())
                  .setKeyPath(tls.get().privateKey().toString()));
    } else if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
    return options;
  }
}
