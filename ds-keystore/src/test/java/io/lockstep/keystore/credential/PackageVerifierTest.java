package io.lockstep.keystore.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.keystore.credential.Authority.Client;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.log.v1.StoredKeyPackage;
import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageVerifierTest {
  @TempDir Path dir;
  private final Authority authority = new Authority();
  private final Instant now = Instant.now();
  private Set<TrustAnchor> anchors;
  private Client client;

  @BeforeEach
  void start() throws Exception {
    anchors = TrustAnchorFile.read(authority.write(dir.resolve("ca.pem")));
    client = authority.client();
  }

  @Test
  void aGoodPackageIsStoredAsItCameWithItsReferenceAndTimes() throws Exception {
    ByteString message = client.make(Duration.ofDays(30), KeyPackageUse.ONCE);
    StoredKeyPackage stored = verifier().verify(message, KeyPackageUse.ONCE);

    KeyPackage decoded = KeyPackage.decode(message.toByteArray());
    assertEquals(message, stored.getKeyPackage());
    assertEquals(ByteString.copyFrom(decoded.ref().bytes()), stored.getRef());
    assertEquals(1, stored.getCipherSuite());
    assertEquals(decoded.lifetime().notAfter() * 1000, stored.getNotAfterMs());
    assertEquals(decoded.lifetime().notBefore() * 1000, stored.getNotBeforeMs());
    verifier().verify(client.lastResort(), KeyPackageUse.LAST_RESORT);
  }

  @Test
  void aPackageEndsWithItsCertificate() throws Exception {
    StoredKeyPackage stored =
        verifier()
            .verify(client.make(Duration.ofDays(300), KeyPackageUse.ONCE), KeyPackageUse.ONCE);

    assertTrue(stored.getNotAfterMs() <= now.plus(Duration.ofDays(90)).toEpochMilli() + 1000);
  }

  @Test
  void aFlippedBitAnywhereIsRefused() throws Exception {
    byte[] good = client.once().toByteArray();
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << (i % 8));
      assertThrows(
          PackageRefused.class,
          () -> verifier().verify(ByteString.copyFrom(bad), KeyPackageUse.ONCE),
          "byte " + i + " of " + good.length);
    }
  }

  @Test
  void aCutOrLongerPackageIsRefused() {
    ByteString good = client.once();

    for (int length = 0; length < good.size(); length += 7) {
      assertRefused("key-package-form", good.substring(0, length));
    }
    assertRefused("key-package-form", good.concat(ByteString.copyFrom(new byte[1])));
    assertRefused(
        "key-package-size", ByteString.copyFrom(new byte[KeyLimits.KEY_PACKAGE_BYTES_MAX + 1]));
  }

  @Test
  void theCredentialOfAnotherClientIsRefused() throws Exception {
    assertRefused("credential-client", authority.client().once());
  }

  @Test
  void aCertificateOfAnotherKeyIsRefused() throws Exception {
    byte[] foreign =
        authority.certificate(client.caller.clientId(), authority.client().keys, now, false);

    assertRefused("credential-key", client.with(foreign).once());
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    byte[] foreign = new Authority().certificate(client.caller.clientId(), client.keys, now, false);

    assertRefused("credential-chain", client.with(foreign).once());
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    byte[] expired =
        authority.certificate(
            client.caller.clientId(), client.keys, now.minus(Duration.ofDays(91)), false);

    assertRefused("credential-chain", client.with(expired).once());
  }

  @Test
  void aCertificateForAnAuthorityIsRefused() throws Exception {
    byte[] ca = authority.certificate(client.caller.clientId(), client.keys, now, true);

    assertRefused("credential-usage", client.with(ca).once());
  }

  @Test
  void aCertificateThatIsNoneIsRefused() {
    byte[] text = "not a certificate".getBytes(StandardCharsets.UTF_8);

    assertRefused("credential-chain", client.with(text).once());
  }

  @Test
  void aBasicCredentialIsRefused() {
    KeyPackageBundle bundle =
        KeyPackageBundle.generate(
            client.keys,
            new BasicCredential("alice".getBytes(StandardCharsets.UTF_8)),
            Lifetime.starting(now, Duration.ofDays(1)),
            KeyPackageUse.ONCE,
            new SecureRandom());

    assertRefused("credential-type", ByteString.copyFrom(bundle.keyPackage().encode()));
  }

  @Test
  void anExpiredPackageIsRefused() {
    Lifetime past = Lifetime.starting(now.minus(Duration.ofDays(2)), Duration.ofDays(1));

    assertRefused("leaf-lifetime", client.make(past, KeyPackageUse.ONCE));
  }

  @Test
  void aPackageIsPublishedForTheUseItWasMadeFor() {
    assertRefused("key-package-once", client.lastResort());
    PackageRefused refused =
        assertThrows(
            PackageRefused.class,
            () -> verifier().verify(client.once(), KeyPackageUse.LAST_RESORT));
    assertEquals("key-package-last-resort", refused.rule());
  }

  private PackageVerifier verifier() {
    return new PackageVerifier(anchors, client.caller.clientId().toByteArray(), now);
  }

  private void assertRefused(String rule, ByteString message) {
    PackageRefused refused =
        assertThrows(PackageRefused.class, () -> verifier().verify(message, KeyPackageUse.ONCE));
    assertEquals(rule, refused.rule(), refused.getMessage());
  }
}
