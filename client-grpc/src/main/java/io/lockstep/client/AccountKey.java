package io.lockstep.client;

import io.lockstep.client.state.OwnerOnly;
import io.lockstep.mls.crypto.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;

/**
 * The Ed25519 key of an account. It signs the enrolment of each of the user's clients and nothing
 * else, so it belongs in a safe place apart from them; give a copy to a second device for the time
 * of its enrolment.
 */
public final class AccountKey {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final Secret seed;

  private AccountKey(Secret seed) {
    this.seed = seed;
  }

  public static AccountKey generate(SecureRandom random) {
    return new AccountKey(Secret.random(Ed25519PrivateKeyParameters.KEY_SIZE, random));
  }

  /** Reads a PEM file with a PKCS#8 key, as {@link #write} makes it. */
  public static AccountKey read(Path pem) throws IOException {
    String text = Files.readString(pem, StandardCharsets.US_ASCII).strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw new IOException("no private key in " + pem);
    }
    String body = text.substring(BEGIN.length(), text.length() - END.length());
    try {
      if (PrivateKeyFactory.createKey(Base64.getMimeDecoder().decode(body))
          instanceof Ed25519PrivateKeyParameters key) {
        return new AccountKey(Secret.take(key.getEncoded()));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("no private key in " + pem, e);
    }
    throw new IOException("not an Ed25519 key in " + pem);
  }

  /** Writes a new PEM file that only its owner can read. It is not encrypted. */
  public void write(Path pem) throws IOException {
    byte[] der = PrivateKeyInfoFactory.createPrivateKeyInfo(privateKey()).getEncoded();
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    OwnerOnly.write(
        pem, (BEGIN + "\n" + body + "\n" + END + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  byte[] publicKey() {
    return privateKey().generatePublicKey().getEncoded();
  }

  byte[] sign(byte[] message) {
    return Ed25519.sign(seed, message);
  }

  private Ed25519PrivateKeyParameters privateKey() {
    return new Ed25519PrivateKeyParameters(seed.expose());
  }
}
