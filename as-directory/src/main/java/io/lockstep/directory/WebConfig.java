package io.lockstep.directory;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where browsers call the Authentication Service.
 *
 * @param address port 0 takes a free port
 * @param tls of that address; plaintext is served on loopback only
 * @param origins pages that may call
 */
public record WebConfig(InetSocketAddress address, Optional<TlsFiles> tls, WebOrigins origins) {
  public WebConfig {
    if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
  }
}
