package io.lockstep.chainlog.grpc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * PEM files for one side of a TLS connection.
 *
 * @param certificateChain own certificate first
 * @param privateKey PKCS#8
 * @param peerTrust certificates that the other side must chain to; on a server empty means that
 *     clients need no certificate, on a client it means the JDK's trust anchors
 */
public record TlsFiles(Path certificateChain, Path privateKey, Optional<Path> peerTrust) {
  /** How often the files are looked at for new certificates, if nobody says otherwise. */
  public static final Duration LOOK_EVERY = Duration.ofSeconds(10);
}
