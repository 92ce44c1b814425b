package io.lockstep.directory;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Where browsers call the Authentication Service.
 *
 * @param address port 0 takes a free port
 * @param tls of that address; plaintext is served on loopback only
 * @param origins pages that may call
 * @param connections limits of the browsers' connections
 * @param certificateCheck how often the files of {@code tls} are looked at for a new certificate
 * @param meter is told of the connections
 */
public record WebConfig(
    InetSocketAddress address,
    Optional<TlsFiles> tls,
    WebOrigins origins,
    ConnectionLimits connections,
    Duration certificateCheck,
    ConnectionMeter meter) {
  private static final int CONNECTIONS_MAX = 10_000;

  /** Nothing is streamed here, so a client needs its connection for some calls and no longer. */
  public static final ConnectionLimits CONNECTIONS =
      ConnectionLimits.DEFAULT
          .withMax(
              Math.min(CONNECTIONS_MAX, ConnectionLimits.DEFAULT.max()),
              ConnectionLimits.DEFAULT.perAddressMax(),
              ConnectionLimits.DEFAULT.proxies())
          .withTimes(
              ConnectionLimits.DEFAULT.firstCall(),
              Duration.ofSeconds(60),
              ConnectionLimits.DEFAULT.pingAfter(),
              ConnectionLimits.DEFAULT.pingAnswer());

  private static final Duration CERTIFICATE_CHECK = Duration.ofSeconds(10);

  public WebConfig {
    if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
    if (!certificateCheck.isPositive()) {
      throw new IllegalArgumentException("certificateCheck must be positive");
    }
  }

  /** With the standard limits, and unmeasured. */
  public static WebConfig of(
      InetSocketAddress address, Optional<TlsFiles> tls, WebOrigins origins) {
    return new WebConfig(
        address, tls, origins, CONNECTIONS, CERTIFICATE_CHECK, ConnectionMeter.NONE);
  }

  /** The same with other limits of connections. */
  public WebConfig withConnections(ConnectionLimits others) {
    return new WebConfig(address, tls, origins, others, certificateCheck, meter);
  }

  /** The same with another interval between looks at the certificate. */
  public WebConfig withCertificateCheck(Duration interval) {
    return new WebConfig(address, tls, origins, connections, interval, meter);
  }

  /** The same with another meter. */
  public WebConfig withMeter(ConnectionMeter other) {
    return new WebConfig(address, tls, origins, connections, certificateCheck, other);
  }
}
