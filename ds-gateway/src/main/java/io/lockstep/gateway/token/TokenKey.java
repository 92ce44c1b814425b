package io.lockstep.gateway.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** The Authentication Service's public key: Ed25519. */
public final class TokenKey {
  private static final int BYTES = 32;

  /** DER of a SubjectPublicKeyInfo for Ed25519 up to the key itself (RFC 8410, 4). */
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final OctetKeyPair key;

  private TokenKey(OctetKeyPair key) {
    this.key = key;
  }

  /** The 32 bytes of the key (RFC 8032). */
  public static TokenKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an Ed25519 public key has 32 bytes, not " + bytes.length);
    }
    return new TokenKey(new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(bytes)).build());
  }

  /**
   * Reads a JWK, a JWK set with one key, or PEM with a "PUBLIC KEY".
   *
   * @throws IllegalArgumentException when the file holds no Ed25519 key
   */
  public static TokenKey read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    try {
      return text.startsWith("{") ? json(text) : pem(text);
    } catch (ParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException("no Ed25519 public key in " + file, e);
    }
  }

  private static TokenKey json(String text) throws ParseException {
    JWK jwk = text.contains("\"keys\"") ? JWKSet.parse(text).getKeys().getFirst() : JWK.parse(text);
    if (jwk instanceof OctetKeyPair key && Curve.Ed25519.equals(key.getCurve())) {
      return new TokenKey(key.toPublicJWK());
    }
    throw new IllegalArgumentException("the JWK is no OKP key of curve Ed25519");
  }

  private static TokenKey pem(String text) {
    String body = text.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
    byte[] der = Base64.getDecoder().decode(body);
    if (der.length != SPKI_PREFIX.length + BYTES
        || !Arrays.equals(SPKI_PREFIX, Arrays.copyOf(der, SPKI_PREFIX.length))) {
      throw new IllegalArgumentException("the PEM holds no Ed25519 public key");
    }
    return of(Arrays.copyOfRange(der, SPKI_PREFIX.length, der.length));
  }

  Ed25519Verifier verifier() {
    try {
      return new Ed25519Verifier(key);
    } catch (JOSEException e) {
      throw new IllegalStateException("the key was checked to be one of Ed25519", e);
    }
  }
}
