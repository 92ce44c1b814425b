package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

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
    try (Encapsulated shared = hpke.encapsulate(recipient, random)) {
      return seal(shared, plaintext);
    }
  }

  /** What one recipient is to get. */
  public record Sealing(HpkePublicKey recipient, Secret plaintext) {}

  /**
   * One ciphertext for each, in order, made on all cores. Randomness is drawn in order before that.
   */
  public List<HpkeCiphertext> sealAll(List<Sealing> all, SecureRandom random)
      throws MlsException.Invalid {
    List<Seeded> seeded = new ArrayList<>(all.size());
    for (Sealing each : all) {
      seeded.add(new Seeded(each, hpke.seed(random)));
    }
    try {
      return Parallel.map(seeded, this::seal);
    } catch (MlsException.Invalid e) {
      throw e;
    } catch (MlsException e) {
      throw new IllegalStateException("sealing fails for bad public keys only", e);
    }
  }

  private record Seeded(Sealing sealing, Secret seed) {}

  private HpkeCiphertext seal(Seeded seeded) throws MlsException.Invalid {
    try (Secret seed = seeded.seed;
        Encapsulated shared = hpke.encapsulate(seeded.sealing.recipient, seed)) {
      return seal(shared, seeded.sealing.plaintext.expose());
    }
  }

  private HpkeCiphertext seal(Encapsulated shared, byte[] plaintext) {
    byte[] ciphertext =
        hpke.seal(shared.secret(), keyScheduleContext, NO_AUTHENTICATED_DATA, plaintext);
    return new HpkeCiphertext(shared.kemOutput(), ciphertext);
  }

  public byte[] open(HpkeKeyPair recipient, HpkeCiphertext ciphertext)
      throws MlsException.Undecryptable {
    try (Secret shared = hpke.decapsulate(recipient, ciphertext.kemOutput())) {
      return hpke.open(shared, keyScheduleContext, NO_AUTHENTICATED_DATA, ciphertext.ciphertext());
    }
  }
}
