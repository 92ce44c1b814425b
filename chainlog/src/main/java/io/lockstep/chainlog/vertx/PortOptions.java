package io.lockstep.chainlog.vertx;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How a port for clients listens: HTTP/2, and HTTP/1.1 for gRPC-Web; TLS 1.3, or plaintext on a
 * loopback address.
 */
public final class PortOptions {
  /** A token and the few headers of gRPC need a tenth of it. */
  static final int HEADER_LIST_BYTES_MAX = 16 << 10;

  /** Streams that a client may reset within the window; with more it is cut off (GOAWAY). */
  static final int RESETS_MAX = 200;

  static final int RESET_WINDOW_SECONDS = 10;

  private PortOptions() {}

  /**
   * How to listen.
   *
   * @param port instead of the address'
   * @param callsMax calls that one connection of HTTP/2 may have open
   * @throws IllegalArgumentException for plaintext on an address that is not loopback
   */
  public static HttpServerOptions http(
      InetSocketAddress address, int port, Optional<PortCertificate> certificate, long callsMax) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(address.getAddress().getHostAddress())
            .setPort(port)
            .setMaxHeaderSize(HEADER_LIST_BYTES_MAX)
            .setInitialSettings(
                new Http2Settings()
                    .setMaxConcurrentStreams(callsMax)
                    .setMaxHeaderListSize(HEADER_LIST_BYTES_MAX))
            .setHttp2RstFloodMaxRstFramePerWindow(RESETS_MAX)
            .setHttp2RstFloodWindowDuration(RESET_WINDOW_SECONDS)
            .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS);
    if (certificate.isPresent()) {
      options
          .setSsl(true)
          .setUseAlpn(true)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
          .setKeyCertOptions(certificate.get().options());
      if (OpenSSLEngineOptions.isAvailable()) {
        // Cheaper handshakes and less memory for each connection than the JDK's; resumes
        // sessions by ticket.
        options.setSslEngineOptions(new OpenSSLEngineOptions().setSessionCacheEnabled(true));
      }
    } else if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
    return options;
  }
}
