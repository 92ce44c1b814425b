package io.lockstep.client.identity;

import io.lockstep.client.ClientId;
import io.lockstep.client.UserName;
import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.X509Credential;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Believes a credential if it is an X.509 chain (RFC 5280) to the trust anchor of the
 * Authentication Service, of which the first certificate certifies the leaf's signature key and
 * names one user and one client.
 *
 * <p>Revocation lists are not looked at: certificates live for weeks, and a client that is no
 * longer wanted is removed from the group.
 */
public final class CertificateValidator implements CredentialValidator {
  private static final String USER_PREFIX = "lockstep:user:";
  private static final String CLIENT_PREFIX = "lockstep:client:";
  private static final int SAN_URI = 6;
  private static final int KEY_USAGE_DIGITAL_SIGNATURE = 0;

  /** Longest chain, in certificates. */
  private static final int CHAIN_MAX = 4;

  private final TrustAnchor anchor;
  private final InstantSource clock;

  public CertificateValidator(X509Certificate anchor, InstantSource clock) {
    this.anchor = new TrustAnchor(anchor, null);
    this.clock = clock;
  }

  /** Reads the trust anchor from a PEM file. */
  public static X509Certificate readAnchor(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException("no certificate in " + pem, e);
    }
  }

  @Override
  public void validate(Credential credential, byte[] signaturePublicKey) throws MlsException {
    List<X509Certificate> chain = chain(credential);
    checkPath(chain);
    X509Certificate own = chain.getFirst();
    if (own.getBasicConstraints() >= 0) {
      throw invalid("end-entity-certificate", "the first certificate is one of an authority");
    }
    boolean[] usage = own.getKeyUsage();
    if (usage != null && !usage[KEY_USAGE_DIGITAL_SIGNATURE]) {
      throw invalid("key-usage", "the certificate is not for signatures");
    }
    byte[] certified =
        SubjectPublicKeyInfo.getInstance(own.getPublicKey().getEncoded())
            .getPublicKeyData()
            .getBytes();
    if (!Arrays.equals(certified, signaturePublicKey)) {
      throw invalid("certified-key", "the certificate is for another signature key");
    }
    identity(own);
  }

  /**
   * A client is succeeded by any client of the same user: a device that lost its state has lost its
   * signature key as well, and comes back with a new client id.
   */
  @Override
  public boolean sameClient(Credential credential, Credential successor) {
    try {
      return identity(credential).user().equals(identity(successor).user());
    } catch (MlsException e) {
      return false;
    }
  }

  /** Whom a credential names. Says nothing about whether that is true: {@link #validate} does. */
  public static MemberIdentity identity(Credential credential) throws MlsException {
    return identity(chain(credential).getFirst());
  }

  private static MemberIdentity identity(X509Certificate certificate) throws MlsException {
    List<String> users = new ArrayList<>();
    List<String> clients = new ArrayList<>();
    for (String uri : uris(certificate)) {
      if (uri.startsWith(USER_PREFIX)) {
        users.add(uri.substring(USER_PREFIX.length()));
      } else if (uri.startsWith(CLIENT_PREFIX)) {
        clients.add(uri.substring(CLIENT_PREFIX.length()));
      }
    }
    if (users.size() != 1 || clients.size() != 1) {
      throw invalid("subject-alternative-name", "not exactly one user and one client are named");
    }
    try {
      return new MemberIdentity(new UserName(users.getFirst()), new ClientId(clients.getFirst()));
    } catch (IllegalArgumentException e) {
      throw invalid("subject-alternative-name", e.getMessage());
    }
  }

  private static List<String> uris(X509Certificate certificate) throws MlsException {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null) {
        return List.of();
      }
      return names.stream()
          .filter(name -> name.getFirst().equals(SAN_URI))
          .map(name -> (String) name.get(1))
          .toList();
    } catch (CertificateParsingException e) {
      throw new MlsException.Malformed("subject alternative name of a certificate");
    }
  }

  private static List<X509Certificate> chain(Credential credential) throws MlsException {
    if (!(credential instanceof X509Credential x509)) {
      throw invalid("credential-type", "only X.509 credentials are accepted");
    }
    List<byte[]> encoded = x509.certificates();
    if (encoded.isEmpty() || encoded.size() > CHAIN_MAX) {
      throw invalid("certificate-chain", encoded.size() + " certificates");
    }
    List<X509Certificate> chain = new ArrayList<>();
    for (byte[] der : encoded) {
      chain.add(parse(der));
    }
    return chain;
  }

  private static X509Certificate parse(byte[] der) throws MlsException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new MlsException.Malformed("certificate in a credential");
    }
  }

  private void checkPath(List<X509Certificate> chain) throws MlsException {
    try {
      CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(clock.instant()));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (GeneralSecurityException e) {
      throw invalid("certificate-path", String.valueOf(e.getMessage()));
    }
  }

  private static MlsException invalid(String reason, String message) {
    return new MlsException.CredentialRefused(reason, message);
  }
}
