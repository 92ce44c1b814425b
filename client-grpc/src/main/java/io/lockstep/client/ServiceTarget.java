package io.lockstep.client;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a service listens.
 *
 * @param trust PEM file with the certificates that its TLS certificate must chain to; empty means
 *     plaintext, which is spoken to loopback addresses only
 */
public record ServiceTarget(String host, int port, Optional<Path> trust) {
  private static final int PORT_MAX = 65_535;

  public ServiceTarget {
    if (host.isEmpty() || port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException("a target is host:port, not " + host + ":" + port);
    }
  }

  public static ServiceTarget plaintext(String hostPort) {
    return parse(hostPort, Optional.empty());
  }

  public static ServiceTarget tls(String hostPort, Path trust) {
    return parse(hostPort, Optional.of(trust));
  }

  public static ServiceTarget parse(String hostPort, Optional<Path> trust) {
    int colon = hostPort.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a target is host:port, not " + hostPort);
    }
    try {
      int port = Integer.parseInt(hostPort.substring(colon + 1));
      return new ServiceTarget(hostPort.substring(0, colon), port, trust);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a target is host:port, not " + hostPort, e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
