package io.lockstep.directory.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.directory.key.KeyDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.750Z");

  @TempDir Path dir;

  @Test
  void aTokenSaysClientAndInboxAndNothingElse() throws Exception {
    TokenIssuer issuer = open("keys");
    ClientToken token = issue(issuer);
    SignedJWT jwt = SignedJWT.parse(token.text());
    OctetKeyPair published =
        OctetKeyPair.parse(Files.readString(dir.resolve("keys/token-key.jwk")));

    assertFalse(published.isPrivate());
    assertTrue(jwt.verify(new Ed25519Verifier(published)));
    assertEquals(published.getKeyID(), jwt.getHeader().getKeyID());
    JWTClaimsSet claims = jwt.getJWTClaimsSet();
    assertEquals(Set.of("iss", "aud", "sub", "inbox", "iat", "exp"), claims.getClaims().keySet());
    assertEquals("01".repeat(16), claims.getSubject());
    assertEquals("02".repeat(16), claims.getStringClaim("inbox"));
    assertEquals(List.of("lockstep"), claims.getAudience());
    assertEquals(Date.from(Instant.parse("2026-11-01T12:15:00Z")), claims.getExpirationTime());
    assertEquals(Instant.parse("2026-11-01T12:15:00Z").toEpochMilli(), token.expiresMillis());
  }

  @Test
  void aTokenIsGoodUntilItExpiresAlsoAfterARestart() throws Exception {
    String token = issue(open("keys")).text();
    TokenIssuer again = open("keys");

    again.verify(token, NOW);
    again.verify(token, Instant.parse("2026-11-01T12:14:59.999Z"));
    TokenInvalid expired =
        assertThrows(
            TokenInvalid.class, () -> again.verify(token, Instant.parse("2026-11-01T12:15:00Z")));
    assertEquals(TokenInvalid.Cause.EXPIRED, expired.kind());
  }

  @Test
  void tokensOfOthersAndChangedTokensAreRefused() {
    TokenIssuer ours = open("keys");
    String good = issue(ours).text();
    String[] parts = good.split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    String forged =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                claims.replace("01".repeat(16), "03".repeat(16)).getBytes(StandardCharsets.UTF_8));
    JWTClaimsSet same =
        new JWTClaimsSet.Builder()
            .issuer(TokenIssuer.ISSUER)
            .audience(TokenIssuer.AUDIENCE)
            .expirationTime(Date.from(NOW.plusSeconds(60)))
            .build();

    for (String bad :
        List.of(
            issue(open("others")).text(),
            parts[0] + "." + forged + "." + parts[2],
            parts[0] + "." + parts[1] + ".",
            new PlainJWT(same).serialize(),
            new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), same).getHeader().toBase64URL()
                + "."
                + parts[1]
                + "."
                + parts[2],
            "",
            "..",
            "a".repeat(5000))) {
      TokenInvalid refused = assertThrows(TokenInvalid.class, () -> ours.verify(bad, NOW), bad);
      assertEquals(TokenInvalid.Cause.INVALID, refused.kind());
    }
  }

  private TokenIssuer open(String name) {
    return TokenIssuer.open(
        KeyDirectory.open(dir.resolve(name), new SecureRandom()), Duration.ofMinutes(15));
  }

  private static ClientToken issue(TokenIssuer issuer) {
    byte[] client = new byte[16];
    byte[] inbox = new byte[16];
    java.util.Arrays.fill(client, (byte) 1);
    java.util.Arrays.fill(inbox, (byte) 2);
    return issuer.issue(client, inbox, NOW);
  }
}
