package io.lockstep.chainlog.vertx;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificate chain and private key of a port for clients as they were in their files: PEM, and the
 * key is the first certificate's. Equal when the bytes are.
 */
public record PortCertificate(Buffer chain, Buffer privateKey) {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  /**
   * Throws IllegalArgumentException for files that are of no use together. Servers take such a pair
   * without a word, and then no handshake succeeds.
   */
  public PortCertificate {
    PublicKey certified = certified(chain);
    PrivateKey held = parse(privateKey, certified.getAlgorithm());
    if (!belongTogether(certified, held)) {
      throw new IllegalArgumentException("the private key is not the one of the certificate");
    }
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

  private static PublicKey certified(Buffer chain) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(chain.getBytes()))
          .getPublicKey();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificate file has no certificate in PEM", e);
    }
  }

  private static PrivateKey parse(Buffer pem, String algorithm) {
    Matcher found = PRIVATE_KEY.matcher(pem.toString(StandardCharsets.US_ASCII));
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

  /** Without the bytes: one of them is a secret. */
  @Override
  public String toString() {
    return "PortCertificate";
  }
}
