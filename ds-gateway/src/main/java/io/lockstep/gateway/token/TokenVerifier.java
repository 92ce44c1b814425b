package io.lockstep.gateway.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import java.text.ParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Verifies client tokens: JWT with EdDSA (RFC 8037). A signature is checked once as long as the
 * token is remembered, its lifetime each time. Thread-safe; the time is an input.
 */
public final class TokenVerifier {
  /** Claims that the Authentication Service makes. */
  public static final String ISSUER = "lockstep-as";

  public static final String AUDIENCE = "lockstep";
  public static final String INBOX_CLAIM = "inbox";

  /** Longer texts are not looked at. */
  static final int TOKEN_CHARS_MAX = 4_096;

  /** A token may be from so far in the future: the clocks of two machines differ. */
  static final long CLOCK_SKEW_MILLIS = 60_000;

  private static final String SCHEME = "Bearer ";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private final TokenKey key;
  private final VerifiedTokens verified = new VerifiedTokens();

  public TokenVerifier(TokenKey key) {
    this.key = key;
  }

  /**
   * Verifies the value of the metadata "authorization".
   *
   * @param authorization empty when the call has none
   */
  public ClientIdentity verify(Optional<String> authorization, long nowMillis) throws Refused {
    String value =
        authorization.orElseThrow(
            () -> new Refused(Reason.TOKEN_MISSING, "the call needs a client token"));
    if (value.length() > TOKEN_CHARS_MAX
        || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw invalid("authorization is no Bearer token");
    }
    String text = value.substring(SCHEME.length()).strip();
    Optional<ClientIdentity> known = verified.get(text);
    ClientIdentity identity = known.isPresent() ? known.get() : signed(text, nowMillis);
    if (identity.expiresMillis() <= nowMillis) {
      throw new Refused(Reason.TOKEN_EXPIRED, "the token's lifetime has passed");
    }
    if (known.isEmpty()) {
      verified.put(text, identity);
    }
    return identity;
  }

  private ClientIdentity signed(String text, long nowMillis) throws Refused {
    try {
      SignedJWT token = SignedJWT.parse(text);
      JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
      if (!JWSAlgorithm.EdDSA.equals(algorithm) && !JWSAlgorithm.Ed25519.equals(algorithm)) {
        throw invalid("the token is not signed with EdDSA");
      }
      if (token.getHeader().getCriticalParams() != null) {
        throw invalid(
            "the token's header has something critical that is not known (RFC 7515, 4.1.11)");
      }
      if (!key.verifies(token.getSigningInput(), token.getSignature().decode())) {
        throw invalid("the token's signature is not that of the Authentication Service");
      }
      return identity(token.getJWTClaimsSet(), nowMillis);
    } catch (ParseException | RuntimeException e) {
      throw invalid("the token cannot be read");
    }
  }

  private static ClientIdentity identity(JWTClaimsSet claims, long nowMillis)
      throws ParseException, Refused {
    if (!ISSUER.equals(claims.getIssuer()) || !claims.getAudience().contains(AUDIENCE)) {
      throw invalid("the token is of another issuer or for another audience");
    }
    String client = claims.getSubject();
    String inbox = claims.getStringClaim(INBOX_CLAIM);
    if (client == null
        || inbox == null
        || !ID.matcher(client).matches()
        || !ID.matcher(inbox).matches()) {
      throw invalid("the token names no client and inbox");
    }
    if (claims.getExpirationTime() == null) {
      throw invalid("the token has no end");
    }
    if (claims.getIssueTime() != null
        && claims.getIssueTime().toInstant().toEpochMilli() > nowMillis + CLOCK_SKEW_MILLIS) {
      throw invalid("the token is from the future");
    }
    return new ClientIdentity(client, inbox, claims.getExpirationTime().toInstant().toEpochMilli());
  }

  private static Refused invalid(String message) {
    return new Refused(Reason.TOKEN_INVALID, message);
  }
}
