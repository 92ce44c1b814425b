package io.lockstep.deploy.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.directory.token.TokenIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;

/**
 * A client token for the load client, and what the gateway verifies it with.
 *
 * @param key public Ed25519 key, in hex
 * @param text the token
 */
record FanoutToken(String key, String text) {
  private static final Duration LIFE = Duration.ofHours(6);
  private static final String ID = "00112233445566778899aabbccddeeff";

  static FanoutToken make() throws JOSEException {
    OctetKeyPair pair = new OctetKeyPairGenerator(Curve.Ed25519).generate();
    Instant now = Instant.now();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.EdDSA),
            new JWTClaimsSet.Builder()
                .issuer(TokenIssuer.ISSUER)
                .audience(TokenIssuer.AUDIENCE)
                .subject(ID)
                .claim(TokenIssuer.INBOX_CLAIM, ID)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE)))
                .build());
    token.sign(new Ed25519Signer(pair));
    return new FanoutToken(HexFormat.of().formatHex(pair.getDecodedX()), token.serialize());
  }
}
