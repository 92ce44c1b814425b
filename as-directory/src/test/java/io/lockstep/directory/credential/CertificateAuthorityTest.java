package io.lockstep.directory.credential;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.directory.key.KeyDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificates are read with the JDK's PKIX, not with the library that makes them. */
class CertificateAuthorityTest {
  private static final byte[] CLIENT_ID =
      HexFormat.of().parseHex("00112233445566778899aabbccddeeff");

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final byte[] signatureKey =
      new Ed25519PrivateKeyParameters(random).generatePublicKey().getEncoded();

  @Test
  void aCertificateHoldsTheTwoNamesAndTheKeyAndNothingElse() throws Exception {
    X509Certificate certificate = issue(open("keys"));

    assertEquals("", certificate.getSubjectX500Principal().getName());
    assertEquals(
        Set.of(
            List.of(6, "lockstep:user:alice"),
            List.of(6, "lockstep:client:00112233445566778899aabbccddeeff")),
        Set.copyOf(certificate.getSubjectAlternativeNames()));
    assertEquals(
        Set.of("2.5.29.17", "2.5.29.19", "2.5.29.15"), certificate.getCriticalExtensionOIDs());
    assertEquals(Set.of("2.5.29.14", "2.5.29.35"), certificate.getNonCriticalExtensionOIDs());
    assertEquals(-1, certificate.getBasicConstraints());
    boolean[] usage = certificate.getKeyUsage();
    assertTrue(usage[0]);
    for (int i = 1; i < usage.length; i++) {
      assertFalse(usage[i], "key usage bit " + i);
    }
    byte[] info = certificate.getPublicKey().getEncoded();
    assertArrayEquals(signatureKey, Arrays.copyOfRange(info, info.length - 32, info.length));
    assertEquals(now.plus(Duration.ofDays(90)), certificate.getNotAfter().toInstant());
    assertEquals(now.minus(Duration.ofMinutes(5)), certificate.getNotBefore().toInstant());
    assertEquals("Ed25519", certificate.getSigAlgName());
  }

  @Test
  void aCertificateChainsToTheTrustAnchorAndToNoOther() throws Exception {
    CertificateAuthority ours = open("keys");
    X509Certificate certificate = issue(ours);

    validate(certificate, ours.trustAnchor(), now);
    validate(certificate, ours.trustAnchor(), now.plus(Duration.ofDays(89)));
    assertThrows(
        CertPathValidatorException.class,
        () -> validate(certificate, open("others").trustAnchor(), now));
    assertThrows(
        CertPathValidatorException.class,
        () -> validate(certificate, ours.trustAnchor(), now.plus(Duration.ofDays(91))));
  }

  @Test
  void theAuthorityIsTheSameAfterARestart() throws Exception {
    X509Certificate before = issue(open("keys"));
    CertificateAuthority again = open("keys");
    validate(before, again.trustAnchor(), now);
    validate(issue(again), again.trustAnchor(), now);

    byte[] stored = Files.readAllBytes(again.trustAnchor());
    assertArrayEquals(stored, Files.readAllBytes(open("keys").trustAnchor()));
  }

  @Test
  void theAuthorityMaySignEndEntitiesOnly() throws Exception {
    X509Certificate authority = read(Files.readAllBytes(open("keys").trustAnchor()));

    assertEquals(0, authority.getBasicConstraints());
    assertTrue(authority.getKeyUsage()[5]);
    assertFalse(authority.getKeyUsage()[0]);
  }

  @Test
  void aCertificateOfAnotherKeyIsNotTakenForTheAuthoritys() throws IOException {
    Path other = open("others").trustAnchor();
    Path ours = open("keys").trustAnchor();
    Files.copy(other, ours, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertThrows(IllegalStateException.class, () -> open("keys"));
  }

  private CertificateAuthority open(String name) {
    return CertificateAuthority.open(
        KeyDirectory.open(dir.resolve(name), random), Duration.ofDays(90), random, now);
  }

  private X509Certificate issue(CertificateAuthority authority) throws GeneralSecurityException {
    List<byte[]> chain = authority.issue("alice", CLIENT_ID, signatureKey, now);
    assertEquals(1, chain.size());
    return read(chain.getFirst());
  }

  private static X509Certificate read(byte[] bytes) throws GeneralSecurityException {
    InputStream in = new ByteArrayInputStream(bytes);
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
  }

  private static void validate(X509Certificate certificate, Path anchor, Instant at)
      throws GeneralSecurityException, IOException {
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(read(Files.readAllBytes(anchor)), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(at));
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
            parameters);
  }
}
