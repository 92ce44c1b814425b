package io.lockstep.keystore.credential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the certificates of the Authentication Service from a PEM file; one or more. */
public final class TrustAnchorFile {
  private TrustAnchorFile() {}

  public static Set<TrustAnchor> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Set<TrustAnchor> anchors =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(certificate -> new TrustAnchor((X509Certificate) certificate, null))
              .collect(Collectors.toSet());
      if (anchors.isEmpty()) {
        throw new IllegalArgumentException(file + " holds no certificate");
      }
      return anchors;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the trust anchor " + file, e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(file + " is not a file of X.509 certificates", e);
    }
  }
}
