package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import java.security.SecureRandom;

/**
 * {@code EncryptWithLabel} and {@code DecryptWithLabel} (RFC 9420 section 5.1.3) for one label and
 * context.
 *
 * <p>The context is hashed once, here: one that is megabytes long (the encrypted GroupInfo of a
 * Welcome) costs the same for 10,000 recipients as for one.
 */
public final class EncryptContext {
  private static final byte[] NO_AUTHENTICATED_DATA = {};

  private final Hpke hpke;
  private final byte[] keyScheduleContext;

  EncryptContext(Hpke hpke, byte[] info) {
    this.hpke = hpke;
    this.keyScheduleContext = hpke.keyScheduleContext(info);
  }

  /** Throws Invalid if {@code recipient} is not a usable public key. */
  public HpkeCiphertext seal(HpkePublicKey recipient, byte[] plaintext, SecureRandom random)
      throws MlsException.Invalid {
    Encapsulated shared = hpke.encapsulate(recipient, random);
    byte[] ciphertext =
        hpke.seal(shared.secret(), keyScheduleContext, NO_AUTHENTICATED_DATA, plaintext);
    return new HpkeCiphertext(shared.kemOutput(), ciphertext);
  }

  public byte[] open(HpkeKeyPair recipient, HpkeCiphertext ciphertext)
      throws MlsException.Undecryptable {
    Secret shared = hpke.decapsulate(recipient, ciphertext.kemOutput());
    return hpke.open(shared, keyScheduleContext, NO_AUTHENTICATED_DATA, ciphertext.ciphertext());
  }
}
