package io.lockstep.keystore.credential;

import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.X509Credential;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether credentials are those of one client: an X.509 chain to the Authentication
 * Service, valid now, whose end entity has the leaf's signature key and names the client. For one
 * call of one client; not thread-safe.
 */
final class ClientCertificates implements CredentialValidator {
  private static final int CHAIN_MAX = 4;
  private static final int URI_NAME = 6;
  private static final int NOT_A_CA = -1;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final String CLIENT = "lockstep:client:";

  /** What precedes an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, 4). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final Set<TrustAnchor> anchors;
  private final byte[] clientId;
  private final Instant now;

  /** The chain that was found good last: the packages of one call mostly have the same. */
  private Optional<Credential> verified = Optional.empty();

  private List<X509Certificate> chain = List.of();

  ClientCertificates(Set<TrustAnchor> anchors, byte[] clientId, Instant now) {
    this.anchors = anchors;
    this.clientId = clientId.clone();
    this.now = now;
  }

  @Override
  public void validate(Credential credential, byte[] signaturePublicKey) throws MlsException {
    if (!verified.equals(Optional.of(credential))) {
      verified = Optional.empty();
      chain = parse(credential);
      requirePath();
      requireEndEntity();
      requireClient();
      verified = Optional.of(credential);
    }
    requireKey(signaturePublicKey);
  }

  @Override
  public boolean sameClient(Credential credential, Credential successor) {
    throw new UnsupportedOperationException("key packages have no predecessors");
  }

  /** When the first certificate of the chain that was validated last expires. */
  Instant notAfter() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  private static List<X509Certificate> parse(Credential credential) throws MlsException {
    if (!(credential instanceof X509Credential x509)) {
      throw refused("credential-type", "not an X.509 credential");
    }
    List<byte[]> encoded = x509.certificates();
    if (encoded.isEmpty() || encoded.size() > CHAIN_MAX) {
      throw refused("credential-chain", "a chain has 1 to " + CHAIN_MAX + " certificates");
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : encoded) {
      certificates.add(parse(der));
    }
    return certificates;
  }

  private static X509Certificate parse(byte[] der) throws MlsException {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      if (!MessageDigest.isEqual(certificate.getEncoded(), der)) {
        throw refused("credential-chain", "more than a certificate in DER");
      }
      return certificate;
    } catch (CertificateException e) {
      throw refused("credential-chain", "not a certificate in DER");
    }
  }

  /** RFC 5280, 6. There are no revocation lists: a certificate is short-lived. */
  private void requirePath() throws MlsException {
    try {
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      var _ =
          CertPathValidator.getInstance("PKIX")
              .validate(
                  CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    } catch (CertPathValidatorException | CertificateException e) {
      throw refused("credential-chain", "no valid chain to the trust anchor");
    } catch (InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("the trust anchors were checked when they were read", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PKIX", e);
    }
  }

  private void requireEndEntity() throws MlsException {
    X509Certificate endEntity = chain.getFirst();
    boolean[] usage = endEntity.getKeyUsage();
    if (endEntity.getBasicConstraints() != NOT_A_CA
        || (usage != null && !usage[DIGITAL_SIGNATURE])) {
      throw refused("credential-usage", "the certificate is not one for signing messages");
    }
  }

  private void requireClient() throws MlsException {
    List<String> named =
        uriNames(chain.getFirst()).stream().filter(uri -> uri.startsWith(CLIENT)).toList();
    if (!named.equals(List.of(CLIENT + HexFormat.of().formatHex(clientId)))) {
      throw refused("credential-client", "the certificate is not the caller's");
    }
  }

  private void requireKey(byte[] signaturePublicKey) throws MlsException {
    byte[] expected = new byte[ED25519_PREFIX.length + signaturePublicKey.length];
    System.arraycopy(ED25519_PREFIX, 0, expected, 0, ED25519_PREFIX.length);
    System.arraycopy(
        signaturePublicKey, 0, expected, ED25519_PREFIX.length, signaturePublicKey.length);
    if (!MessageDigest.isEqual(expected, chain.getFirst().getPublicKey().getEncoded())) {
      throw refused("credential-key", "the certificate has another key than the leaf");
    }
  }

  private static List<String> uriNames(X509Certificate certificate) throws MlsException {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(URI_NAME))
              .map(name -> (String) name.get(1))
              .toList();
    } catch (CertificateException e) {
      throw refused("credential-client", "the names of the certificate cannot be read");
    }
  }

  private static MlsException refused(String reason, String message) {
    return new MlsException.CredentialRefused(reason, message);
  }
}
