package io.lockstep.chainlog.vertx;

import io.lockstep.chainlog.grpc.PemIdentity;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/**
 * Certificate chain and private key of a port for clients as they were in their files: PEM, and the
 * key is the first certificate's. Equal when the bytes are.
 */
public record PortCertificate(Buffer chain, Buffer privateKey) {
  /** Throws IllegalArgumentException for files that are of no use together. */
  public PortCertificate {
    var _ = PemIdentity.parse(chain.getBytes(), privateKey.getBytes());
  }

  public static PortCertificate read(TlsFiles files) {
    try {
      return new PortCertificate(
          Buffer.buffer(Files.readAllBytes(files.certificateChain())),
          Buffer.buffer(Files.readAllBytes(files.privateKey())));
    } catch (IOException e) {
      throw new UncheckedIOException("the files for TLS cannot be read: " + e.getMessage(), e);
    }
  }

  PemKeyCertOptions options() {
    return new PemKeyCertOptions().setCertValue(chain).setKeyValue(privateKey);
  }

  /** Without the bytes: one of them is a secret. */
  @Override
  public String toString() {
    return "PortCertificate";
  }
}
