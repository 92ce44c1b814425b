package io.lockstep.gateway.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.TestTokens;
import io.lockstep.gateway.admission.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenVerifierTest {
  private static final String CLIENT = "00112233445566778899aabbccddeeff";
  private static final String INBOX = "ffeeddccbbaa99887766554433221100";
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  private final TestTokens tokens;
  private final TokenVerifier verifier;

  TokenVerifierTest() throws JOSEException {
    tokens = new TestTokens();
    verifier = new TokenVerifier(tokens.key());
  }

  private ClientIdentity verify(String authorization) throws Refused {
    return verifier.verify(Optional.ofNullable(authorization), NOW.toEpochMilli());
  }

  private void refused(Reason reason, String authorization) {
    assertEquals(reason, assertThrows(Refused.class, () -> verify(authorization)).reason());
  }

  @Test
  void rightTokenNamesClientAndInbox() throws Exception {
    ClientIdentity who = verify("Bearer " + tokens.token(CLIENT, INBOX, NOW.plusSeconds(60)));
    assertEquals(CLIENT, who.clientId());
    assertEquals(INBOX, who.inboxId());
    assertEquals(NOW.plusSeconds(60).toEpochMilli(), who.expiresMillis());
    assertFalse(who.toString().contains(CLIENT));
  }

  @Test
  void missingForeignAndExpiredTokensHaveTheirOwnNames() throws Exception {
    refused(Reason.TOKEN_MISSING, null);
    refused(Reason.TOKEN_INVALID, "Basic abc");
    refused(Reason.TOKEN_INVALID, "Bearer abc");
    refused(Reason.TOKEN_INVALID, "Bearer " + "a".repeat(10_000));
    refused(
        Reason.TOKEN_INVALID,
        "Bearer " + new TestTokens().token(CLIENT, INBOX, NOW.plusSeconds(60)));
    refused(Reason.TOKEN_EXPIRED, "Bearer " + tokens.token(CLIENT, INBOX, NOW));
  }

  @Test
  void claimsMustBeOurs() throws Exception {
    Instant end = NOW.plusSeconds(60);
    refused(
        Reason.TOKEN_INVALID,
        "Bearer " + tokens.sign(TestTokens.claims(CLIENT, INBOX, end).issuer("other").build()));
    refused(
        Reason.TOKEN_INVALID,
        "Bearer " + tokens.sign(TestTokens.claims(CLIENT, INBOX, end).audience("x").build()));
    refused(Reason.TOKEN_INVALID, "Bearer " + tokens.token("not hex", INBOX, NOW.plusSeconds(60)));
    refused(
        Reason.TOKEN_INVALID,
        "Bearer "
            + tokens.sign(TestTokens.claims(CLIENT, INBOX, end).expirationTime(null).build()));
    refused(Reason.TOKEN_INVALID, "Bearer " + tokens.token(CLIENT, INBOX, NOW.plusSeconds(90_000)));
  }

  @Test
  void oneChangedCharacterSpoilsTheSignature() throws Exception {
    String token = tokens.token(CLIENT, INBOX, NOW.plusSeconds(60));
    int at = token.lastIndexOf('.') + 10;
    char other = token.charAt(at) == 'A' ? 'B' : 'A';
    refused(
        Reason.TOKEN_INVALID, "Bearer " + token.substring(0, at) + other + token.substring(at + 1));
  }

  @Test
  void aCriticalHeaderThatIsNotKnownIsRefused() throws Exception {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA).criticalParams(Set.of("exp")).build();
    refused(
        Reason.TOKEN_INVALID,
        "Bearer "
            + tokens.sign(header, TestTokens.claims(CLIENT, INBOX, NOW.plusSeconds(60)).build()));
  }

  @Test
  void aSignatureOfTheWrongLengthIsRefused() throws Exception {
    String token = tokens.token(CLIENT, INBOX, NOW.plusSeconds(60));
    refused(Reason.TOKEN_INVALID, "Bearer " + token.substring(0, token.length() - 4));
    refused(Reason.TOKEN_INVALID, "Bearer " + token + "AAAA");
  }

  @Test
  void keyIsReadFromJwk(@TempDir Path dir) throws Exception {
    Path jwk = Files.writeString(dir.resolve("key.jwk"), tokens.jwk());
    TokenVerifier read = new TokenVerifier(TokenKey.read(jwk));
    String token = tokens.token(CLIENT, INBOX, NOW.plusSeconds(60));
    assertEquals(
        CLIENT, read.verify(Optional.of("Bearer " + token), NOW.toEpochMilli()).clientId());
    Path other = Files.writeString(dir.resolve("other"), "no key");
    assertThrows(IllegalArgumentException.class, () -> TokenKey.read(other));
    assertThrows(IOException.class, () -> TokenKey.read(dir.resolve("absent")));
  }

  @Test
  void aTokenThatIsRememberedEndsAllTheSame() throws Exception {
    String shown = "Bearer " + tokens.token(CLIENT, INBOX, NOW.plusSeconds(60));
    assertEquals(CLIENT, verify(shown).clientId());
    assertEquals(CLIENT, verify(shown).clientId());
    Refused ended =
        assertThrows(
            Refused.class,
            () -> verifier.verify(Optional.of(shown), NOW.plusSeconds(60).toEpochMilli()));
    assertEquals(Reason.TOKEN_EXPIRED, ended.reason());
  }

  @Test
  void noChangeOfATokenThatIsRememberedIsTakenForIt() throws Exception {
    String shown = "Bearer " + tokens.token(CLIENT, INBOX, NOW.plusSeconds(60));
    assertEquals(CLIENT, verify(shown).clientId());
    for (int i = "Bearer ".length(); i < shown.length(); i++) {
      char other = shown.charAt(i) == 'A' ? 'Q' : 'A';
      refused(Reason.TOKEN_INVALID, shown.substring(0, i) + other + shown.substring(i + 1));
    }
    assertEquals(CLIENT, verify(shown).clientId());
  }

  @Test
  void aTokenThatWasRefusedIsNotRemembered() throws Exception {
    String early = "Bearer " + tokens.token(CLIENT, INBOX, NOW);
    refused(Reason.TOKEN_EXPIRED, early);
    assertEquals(
        CLIENT, verifier.verify(Optional.of(early), NOW.minusSeconds(1).toEpochMilli()).clientId());
    refused(Reason.TOKEN_EXPIRED, early);
  }
}
