package io.lockstep.directory.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.directory.key.KeyDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * Issues client tokens, and verifies those that come back to this service. Claims: {@code iss},
 * {@code aud}, {@code sub} = client id, {@code inbox} = inbox id, both in hex, {@code iat}, {@code
 * exp}. The user's name is not among them.
 */
public final class TokenIssuer {
  public static final String ISSUER = "lockstep-as";
  public static final String AUDIENCE = "lockstep";
  public static final String INBOX_CLAIM = "inbox";

  /** Public key as SubjectPublicKeyInfo in PEM. Others read it. */
  public static final String PUBLIC_KEY_FILE = "token-key.pem";

  /** The same key as JSON Web Key. */
  public static final String PUBLIC_JWK_FILE = "token-key.jwk";

  static final String KEY_FILE = "token-private.pem";

  private static final int TOKEN_CHARACTERS_MAX = 2048;

  private final KeyDirectory keys;
  private final Duration lifetime;
  private final JWSHeader header;
  private final Ed25519Signer signer;
  private final Ed25519Verifier verifier;

  private TokenIssuer(KeyDirectory keys, OctetKeyPair pair, Duration lifetime)
      throws JOSEException {
    this.keys = keys;
    this.lifetime = lifetime;
    this.header =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA)
            .type(JOSEObjectType.JWT)
            .keyID(pair.getKeyID())
            .build();
    this.signer = new Ed25519Signer(pair);
    this.verifier = new Ed25519Verifier(pair.toPublicJWK());
  }

  /** Reads the key from the directory, or makes it; then writes the files that others read. */
  public static TokenIssuer open(KeyDirectory keys, Duration lifetime) {
    Ed25519PrivateKeyParameters key = keys.signingKey(KEY_FILE);
    Ed25519PublicKeyParameters publicKey = key.generatePublicKey();
    try {
      OctetKeyPair pair =
          new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(publicKey.getEncoded()))
              .d(Base64URL.encode(key.getEncoded()))
              .keyIDFromThumbprint()
              .build();
      keys.publish(
          PUBLIC_KEY_FILE,
          "PUBLIC KEY",
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicKey).getEncoded());
      keys.publish(PUBLIC_JWK_FILE, pair.toPublicJWK().toJSONString() + "\n");
      return new TokenIssuer(keys, pair, lifetime);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot use the token key", e);
    }
  }

  public Path publicKey() {
    return keys.file(PUBLIC_KEY_FILE);
  }

  public ClientToken issue(byte[] clientId, byte[] inboxId, Instant now) {
    Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
    Instant expires = issued.plus(lifetime);
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .subject(HexFormat.of().formatHex(clientId))
            .claim(INBOX_CLAIM, HexFormat.of().formatHex(inboxId))
            .issueTime(Date.from(issued))
            .expirationTime(Date.from(expires))
            .build();
    SignedJWT token = new SignedJWT(header, claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a token", e);
    }
    return new ClientToken(token.serialize(), expires.toEpochMilli());
  }

  /** Checks that a token is of this service and has not expired. */
  public void verify(String text, Instant now) throws TokenInvalid {
    if (text.length() > TOKEN_CHARACTERS_MAX) {
      throw new TokenInvalid(TokenInvalid.Cause.INVALID);
    }
    try {
      SignedJWT token = SignedJWT.parse(text);
      if (!token.verify(verifier)) {
        throw new TokenInvalid(TokenInvalid.Cause.INVALID);
      }
      JWTClaimsSet claims = token.getJWTClaimsSet();
      if (!ISSUER.equals(claims.getIssuer())
          || !claims.getAudience().contains(AUDIENCE)
          || claims.getExpirationTime() == null) {
        throw new TokenInvalid(TokenInvalid.Cause.INVALID);
      }
      if (!now.isBefore(claims.getExpirationTime().toInstant())) {
        throw new TokenInvalid(TokenInvalid.Cause.EXPIRED);
      }
    } catch (ParseException | JOSEException | IllegalArgumentException e) {
      // What exactly is wrong helps only those who try to forge one.
      throw new TokenInvalid(TokenInvalid.Cause.INVALID);
    }
  }
}
