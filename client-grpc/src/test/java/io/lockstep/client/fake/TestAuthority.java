package io.lockstep.client.fake;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority for tests. */
public final class TestAuthority {
  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;
  private long serial = 1;

  public TestAuthority(String commonName) {
    this.name = new X500Name("CN=" + commonName);
    try {
      this.keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      X509v3CertificateBuilder builder =
          builder(name, SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()), 3650);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      this.certificate = sign(builder);
    } catch (GeneralSecurityException | org.bouncycastle.cert.CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String pem() {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
              .encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client's certificate in DER, valid for {@code days} from a day ago. */
  public byte[] issue(byte[] ed25519Key, long days, String... sanUris) {
    SubjectPublicKeyInfo key =
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), ed25519Key);
    X509v3CertificateBuilder builder = builder(new X500Name(""), key, days);
    GeneralName[] names = new GeneralName[sanUris.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = new GeneralName(GeneralName.uniformResourceIdentifier, sanUris[i]);
    }
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
      return sign(builder).getEncoded();
    } catch (GeneralSecurityException | org.bouncycastle.cert.CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509v3CertificateBuilder builder(X500Name subject, SubjectPublicKeyInfo key, long days) {
    Instant start = Instant.now().minusSeconds(86_400);
    return new X509v3CertificateBuilder(
        name,
        BigInteger.valueOf(serial++),
        Date.from(start),
        Date.from(start.plusSeconds(days * 86_400)),
        subject,
        key);
  }

  private X509Certificate sign(X509v3CertificateBuilder builder) throws GeneralSecurityException {
    try {
      ContentSigner signer = new JcaContentSignerBuilder("Ed25519").build(keys.getPrivate());
      byte[] der = builder.build(signer).getEncoded();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (org.bouncycastle.operator.OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
