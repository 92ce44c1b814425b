package io.lockstep.gateway.token;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** The Authentication Service's public key: Ed25519. */
public final class TokenKey {
  private static final int BYTES = 32;

  /** DER of a SubjectPublicKeyInfo for Ed25519 up to the key itself (RFC 8410, 4). */
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final Ed25519PublicKeyParameters key;

  private TokenKey(Ed25519PublicKeyParameters key) {
    this.key = key;
  }

  /** The 32 bytes of the key (RFC 8032). */
  public static TokenKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an Ed25519 public key has 32 bytes, not " + bytes.length);
    }
    return new TokenKey(new Ed25519PublicKeyParameters(bytes));
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
      return of(key.getDecodedX());
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

  /**
   * Whether the signature is this key's. By Bouncy Castle: it is more than twice as fast as what
   * the library for JWT uses, and each call of each client costs one.
   */
  boolean verifies(byte[] signed, byte[] signature) {
    Ed25519Signer check = new Ed25519Signer();
    check.init(false, key);
    check.update(signed, 0, signed.length);
    return check.verifySignature(signature);
  }
}
