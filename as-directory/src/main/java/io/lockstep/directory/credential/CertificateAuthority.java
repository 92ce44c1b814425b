package io.lockstep.directory.credential;

import io.lockstep.directory.key.KeyDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcEdECContentSignerBuilder;

/**
 * The certificate authority of one deployment (RFC 5280, Ed25519 as in RFC 8410). It signs
 * end-entity certificates directly, so a chain is one certificate long.
 *
 * <p>An end-entity certificate says what a verifier needs and no more: the subject is empty, the
 * two names stand in a critical subjectAltName (RFC 5280, 4.2.1.6), and the key is the client's MLS
 * signature key.
 */
public final class CertificateAuthority {
  /** Trust anchor: the certificate of this authority. Others read it. */
  public static final String CERTIFICATE_FILE = "ca.pem";

  static final String KEY_FILE = "ca-private.pem";

  /** Certificates begin to hold this long before they are issued, for clocks that are behind. */
  static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private static final Duration LIFETIME = Duration.ofDays(3650);
  private static final int SERIAL_BYTES = 16;
  private static final AlgorithmIdentifier ED25519 =
      new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
  private static final String PEM_TYPE = "CERTIFICATE";

  private final KeyDirectory keys;
  private final Ed25519PrivateKeyParameters key;
  private final X509CertificateHolder certificate;
  private final Duration endEntityLifetime;
  private final SecureRandom random;

  private CertificateAuthority(
      KeyDirectory keys,
      Ed25519PrivateKeyParameters key,
      X509CertificateHolder certificate,
      Duration endEntityLifetime,
      SecureRandom random) {
    this.keys = keys;
    this.key = key;
    this.certificate = certificate;
    this.endEntityLifetime = endEntityLifetime;
    this.random = random;
  }

  /** Reads key and certificate from the directory, or makes what is missing. */
  public static CertificateAuthority open(
      KeyDirectory keys, Duration endEntityLifetime, SecureRandom random, Instant now) {
    Ed25519PrivateKeyParameters key = keys.signingKey(KEY_FILE);
    try {
      Optional<byte[]> stored = keys.read(CERTIFICATE_FILE, PEM_TYPE);
      X509CertificateHolder certificate;
      if (stored.isPresent()) {
        certificate = new X509CertificateHolder(stored.get());
        requireSameKey(certificate, key);
      } else {
        certificate = selfSigned(key, random, now);
        keys.publish(CERTIFICATE_FILE, PEM_TYPE, certificate.getEncoded());
      }
      return new CertificateAuthority(keys, key, certificate, endEntityLifetime, random);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + keys.file(CERTIFICATE_FILE), e);
    }
  }

  public Path trustAnchor() {
    return keys.file(CERTIFICATE_FILE);
  }

  /**
   * Issues the certificate of one client.
   *
   * @param clientId 16 bytes
   * @param signatureKey Ed25519 public key
   * @return chain in DER, end entity first, without the trust anchor
   * @throws IllegalStateException if this authority's own certificate has expired
   */
  public List<byte[]> issue(String userName, byte[] clientId, byte[] signatureKey, Instant now) {
    Instant authorityEnd = certificate.getNotAfter().toInstant();
    if (!now.isBefore(authorityEnd)) {
      throw new IllegalStateException("the authority's certificate has expired: " + authorityEnd);
    }
    Instant end = now.plus(endEntityLifetime);
    try {
      Ed25519PublicKeyParameters subject = new Ed25519PublicKeyParameters(signatureKey, 0);
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              certificate.getSubject(),
              serial(random),
              Date.from(now.minus(CLOCK_SKEW)),
              Date.from(end.isBefore(authorityEnd) ? end : authorityEnd),
              new X500Name(""),
              publicKeyInfo(subject));
      BcX509ExtensionUtils identifiers = new BcX509ExtensionUtils();
      builder
          .addExtension(Extension.subjectAlternativeName, true, names(userName, clientId))
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              identifiers.createSubjectKeyIdentifier(subject))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              identifiers.createAuthorityKeyIdentifier(key.generatePublicKey()));
      return List.of(sign(builder, key).getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static X509CertificateHolder selfSigned(
      Ed25519PrivateKeyParameters key, SecureRandom random, Instant now) throws IOException {
    BigInteger serial = serial(random);
    // The serial number keeps the names of two deployments apart.
    X500Name name =
        new X500Name("CN=Lockstep Authentication Service " + serial.toString(16).substring(0, 8));
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name,
            serial,
            Date.from(now.minus(CLOCK_SKEW)),
            Date.from(now.plus(LIFETIME)),
            name,
            publicKeyInfo(key.generatePublicKey()));
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new BcX509ExtensionUtils().createSubjectKeyIdentifier(key.generatePublicKey()));
    return sign(builder, key);
  }

  private static GeneralNames names(String userName, byte[] clientId) {
    return new GeneralNames(
        new GeneralName[] {
          uri("lockstep:user:" + userName),
          uri("lockstep:client:" + HexFormat.of().formatHex(clientId)),
        });
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  private static SubjectPublicKeyInfo publicKeyInfo(Ed25519PublicKeyParameters key)
      throws IOException {
    return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key);
  }

  private static BigInteger serial(SecureRandom random) {
    byte[] bytes = new byte[SERIAL_BYTES];
    random.nextBytes(bytes);
    // Positive and of full length (RFC 5280, 4.1.2.2).
    bytes[0] = (byte) ((bytes[0] & 0x7f) | 0x40);
    return new BigInteger(bytes);
  }

  private static X509CertificateHolder sign(
      X509v3CertificateBuilder builder, Ed25519PrivateKeyParameters key) {
    try {
      return builder.build(new BcEdECContentSignerBuilder(ED25519).build(key));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("cannot sign with the authority's key", e);
    }
  }

  private static void requireSameKey(
      X509CertificateHolder certificate, Ed25519PrivateKeyParameters key) throws IOException {
    if (!certificate.getSubjectPublicKeyInfo().equals(publicKeyInfo(key.generatePublicKey()))) {
      throw new IllegalStateException(
          CERTIFICATE_FILE + " is not the certificate of the key in " + KEY_FILE);
    }
  }
}
