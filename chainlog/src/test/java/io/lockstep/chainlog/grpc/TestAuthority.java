package io.lockstep.chainlog.grpc;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certifies services on 127.0.0.1. */
final class TestAuthority {
  private final X500Name name;
  private final KeyPair keys;
  private final Path certificate;

  TestAuthority(Path dir, String name) throws Exception {
    this.name = new X500Name("CN=" + name);
    this.keys = keyPair();
    this.certificate =
        pem(
            dir.resolve(name + ".pem"),
            "CERTIFICATE",
            certify(this.name, keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
  }

  /** What those trust who trust this authority. */
  Path certificate() {
    return certificate;
  }

  /** A service's new key, its certificate, and whom it trusts. */
  TlsFiles issue(Path dir, Path trust) throws Exception {
    Files.createDirectories(dir);
    KeyPair held = keyPair();
    Path chain =
        pem(
            dir.resolve("certificate.pem"),
            "CERTIFICATE",
            certify(new X500Name("CN=service"), held.getPublic())
                .addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1"))));
    Path key = pem(dir.resolve("private.pem"), "PRIVATE KEY", held.getPrivate().getEncoded());
    return new TlsFiles(chain, key, Optional.of(Files.copy(trust, dir.resolve("peers.pem"))));
  }

  /** As operators do it who are careful: a file is the one or the other. */
  static void replace(Path file, Path with) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.copy(with, beside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private JcaX509v3CertificateBuilder certify(X500Name subject, PublicKey key) {
    return new JcaX509v3CertificateBuilder(
        name,
        BigInteger.valueOf(System.nanoTime()),
        Date.from(Instant.now().minusSeconds(60)),
        Date.from(Instant.now().plusSeconds(3_600)),
        subject,
        key);
  }

  private Path pem(Path file, String type, X509v3CertificateBuilder certificate)
      throws IOException, OperatorCreationException {
    return pem(
        file,
        type,
        certificate
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded());
  }

  private static Path pem(Path file, String type, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  private static KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
