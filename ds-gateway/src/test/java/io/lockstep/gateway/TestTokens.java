package io.lockstep.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.gateway.token.TokenKey;
import java.time.Instant;
import java.util.Date;

/** An Authentication Service of which only the tokens exist. */
public final class TestTokens {
  private final OctetKeyPair key;

  public TestTokens() throws JOSEException {
    key = new OctetKeyPairGenerator(Curve.Ed25519).generate();
  }

  public TokenKey key() {
    return TokenKey.of(key.getDecodedX());
  }

  public String jwk() {
    return key.toPublicJWK().toJSONString();
  }

  /** Claims of a right token, to be spoilt. */
  public static JWTClaimsSet.Builder claims(String client, String inbox, Instant expires) {
    return new JWTClaimsSet.Builder()
        .issuer("lockstep-as")
        .audience("lockstep")
        .subject(client)
        .claim("inbox", inbox)
        .issueTime(Date.from(expires.minusSeconds(900)))
        .expirationTime(Date.from(expires));
  }

  public String sign(JWTClaimsSet claims) throws JOSEException {
    return sign(new JWSHeader(JWSAlgorithm.EdDSA), claims);
  }

  public String sign(JWSHeader header, JWTClaimsSet claims) throws JOSEException {
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(new Ed25519Signer(key));
    return token.serialize();
  }

  public String token(String client, String inbox, Instant expires) throws JOSEException {
    return sign(claims(client, inbox, expires).build());
  }
}
