package io.lockstep.chainlog.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate chain and the private key of its first certificate, from PEM. Equal when
 * certificates and key are.
 */
public record PemIdentity(List<X509Certificate> chain, PrivateKey privateKey) {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  /**
   * Throws IllegalArgumentException for what is of no use together. Servers take such a pair
   * without a word, and then no handshake succeeds.
   */
  public PemIdentity {
    chain = List.copyOf(chain);
    if (!belongTogether(chain.getFirst().getPublicKey(), privateKey)) {
      throw new IllegalArgumentException("the private key is not the one of the certificate");
    }
  }

  /** Throws IllegalArgumentException for anything but a chain and its key (PKCS#8). */
  public static PemIdentity parse(byte[] chain, byte[] privateKey) {
    List<X509Certificate> certificates =
        certificates(chain, "the certificate file has no certificate in PEM");
    String algorithm = certificates.getFirst().getPublicKey().getAlgorithm();
    return new PemIdentity(certificates, key(privateKey, algorithm));
  }

  static PemIdentity read(TlsFiles files) {
    return parse(bytes(files.certificateChain()), bytes(files.privateKey()));
  }

  /** The certificates that the other side must chain to. */
  static List<X509Certificate> readPeers(Path file) {
    return certificates(bytes(file), "the file of peers has no certificate in PEM");
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the files for TLS cannot be read: " + e.getMessage(), e);
    }
  }

  /** At least one; not the first ones of a file that ends within another. */
  private static List<X509Certificate> certificates(byte[] pem, String orElse) {
    List<X509Certificate> certificates;
    try {
      certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(orElse, e);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(orElse);
    }
    return certificates;
  }

  private static PrivateKey key(byte[] pem, String algorithm) {
    Matcher found = PRIVATE_KEY.matcher(new String(pem, StandardCharsets.US_ASCII));
    if (!found.find()) {
      throw new IllegalArgumentException("the key file has no private key in PEM (PKCS#8)");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(found.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without the cause: its text could have parts of the key.
      throw new IllegalArgumentException(
          "the private key is no " + algorithm + " key, as the certificate's is");
    }
  }

  /** What the one signs, the other must verify. */
  private static boolean belongTogether(PublicKey certified, PrivateKey held) {
    byte[] text = "lockstep".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature sign = Signature.getInstance(signature(certified));
      sign.initSign(held);
      sign.update(text);
      byte[] signed = sign.sign();
      Signature verify = Signature.getInstance(signature(certified));
      verify.initVerify(certified);
      verify.update(text);
      return verify.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String signature(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      case String other -> other;
    };
  }

  /** Without the key, which is a secret. */
  @Override
  public String toString() {
    return "PemIdentity";
  }
}
