package io.lockstep.client.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.client.fake.TestAuthority;
import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Credential;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.X509Credential;
import io.lockstep.mls.crypto.CipherSuite;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateValidatorTest {
  private static final String USER = "lockstep:user:alice";
  private static final String CLIENT = "lockstep:client:00112233445566778899aabbccddeeff";

  private static final int SIGNATURE_LENGTH = 64;

  private final TestAuthority authority = new TestAuthority("right");
  private final CertificateValidator validator =
      new CertificateValidator(authority.certificate(), Instant::now);
  private final byte[] key = publicKey();

  private static byte[] publicKey() {
    return SignatureKeyPair.generate(
            CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519, new SecureRandom())
        .publicKey()
        .bytes();
  }

  private static Credential credential(byte[]... chain) {
    return new X509Credential(List.of(chain));
  }

  private void refused(String reason, Credential credential) {
    MlsException.CredentialRefused invalid =
        assertThrows(
            MlsException.CredentialRefused.class, () -> validator.validate(credential, key));
    assertEquals(reason, invalid.reason());
  }

  @Test
  void aCertificateOfTheTrustAnchorIsAccepted() throws Exception {
    Credential good = credential(authority.issue(key, 90, USER, CLIENT));
    validator.validate(good, key);
    MemberIdentity identity = CertificateValidator.identity(good);
    assertEquals("alice", identity.user().value());
    assertEquals("00112233445566778899aabbccddeeff", identity.client().hex());
  }

  @Test
  void anotherAuthorityOfTheSameNameIsRefused() {
    refused(
        "certificate-path", credential(new TestAuthority("right").issue(key, 90, USER, CLIENT)));
  }

  @Test
  void aCertificateForAnotherKeyIsRefused() {
    refused("certified-key", credential(authority.issue(publicKey(), 90, USER, CLIENT)));
  }

  @Test
  void anExpiredCertificateIsRefused() {
    CertificateValidator later =
        new CertificateValidator(
            authority.certificate(), () -> Instant.now().plus(Duration.ofDays(100)));
    Credential credential = credential(authority.issue(key, 90, USER, CLIENT));
    assertThrows(MlsException.CredentialRefused.class, () -> later.validate(credential, key));
  }

  @Test
  void theAuthorityItselfIsNoMember() throws CertificateEncodingException {
    byte[] anchor = authority.certificate().getEncoded();
    assertThrows(MlsException.class, () -> validator.validate(credential(anchor), key));
  }

  @Test
  void exactlyOneUserAndOneClientMustBeNamed() {
    refused("subject-alternative-name", credential(authority.issue(key, 90, USER)));
    refused(
        "subject-alternative-name",
        credential(authority.issue(key, 90, USER, "lockstep:user:bob", CLIENT)));
    refused(
        "subject-alternative-name",
        credential(authority.issue(key, 90, "lockstep:user:Alice", CLIENT)));
  }

  @Test
  void otherKindsOfCredentialAndJunkAreRefused() {
    refused("credential-type", new BasicCredential(new byte[] {1}));
    refused("certificate-chain", new X509Credential(List.of()));
    assertThrows(
        MlsException.Malformed.class,
        () -> validator.validate(credential(new byte[] {1, 2, 3}), key));
  }

  @Test
  void aFlippedBitAnywhereInACertificateIsRefused() {
    byte[] good = authority.issue(key, 90, USER, CLIENT);
    // The count of unused bits before the signature is not signed, and the JDK does not look at it.
    int unusedBits = good.length - SIGNATURE_LENGTH - 1;
    for (int i = 0; i < good.length; i++) {
      if (i == unusedBits) {
        continue;
      }
      byte[] bad = good.clone();
      bad[i] ^= 1;
      assertThrows(MlsException.class, () -> validator.validate(credential(bad), key), "byte " + i);
    }
  }

  @Test
  void devicesOfOneUserSucceedEachOther() {
    Credential old = credential(authority.issue(key, 90, USER, CLIENT));
    String another = "lockstep:client:ffeeddccbbaa99887766554433221100";
    assertTrue(
        validator.sameClient(old, credential(authority.issue(publicKey(), 90, USER, another))));
    assertFalse(
        validator.sameClient(
            old, credential(authority.issue(publicKey(), 90, "lockstep:user:bob", another))));
    assertFalse(validator.sameClient(old, new BasicCredential(new byte[0])));
  }
}
