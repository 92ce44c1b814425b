package io.lockstep.mls.schedule;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.util.Map;
import java.util.TreeMap;

/**
 * One sender ratchet (RFC 9420 section 9.1) as an immutable value: the secret of the next
 * generation, and the keys of earlier generations that were passed over and may still arrive.
 */
final class Ratchet implements Encodable {
  /** A step: the keys of one generation, and the ratchet in which they no longer exist. */
  record Step(long generation, KeyAndNonce keys, Ratchet next) {}

  private static final long GENERATION_MAX = 0xFFFF_FFFFL;

  private final Secret secret;
  private final long generation;
  private final Map<Long, KeyAndNonce> skipped;

  private Ratchet(Secret secret, long generation, Map<Long, KeyAndNonce> skipped) {
    this.secret = secret;
    this.generation = generation;
    this.skipped = skipped;
  }

  static Ratchet start(Secret secret) {
    return new Ratchet(secret, 0, Map.of());
  }

  /** The next generation, for sending. */
  Step next(CipherSuite suite) {
    if (generation == GENERATION_MAX) {
      throw new IllegalStateException("the sender ratchet is at its end, a Commit is due");
    }
    return new Step(
        generation,
        keys(suite, secret, generation),
        new Ratchet(after(suite), generation + 1, skipped));
  }

  /** Without the keys of {@code used} and of all generations before it. */
  Ratchet after(CipherSuite suite, long used) {
    return used < generation ? this : advanced(suite, used + 1, skipped);
  }

  /** The keys of {@code wanted}, for receiving. They are the caller's to close. */
  Step at(CipherSuite suite, long wanted, RatchetWindow window) throws MlsException {
    if (wanted < generation) {
      return skippedAt(wanted);
    }
    if (wanted - generation > window.aheadMax() || wanted == GENERATION_MAX) {
      throw new MlsException.TooFarAhead(
          "generation " + wanted + ", next expected is " + generation);
    }
    if (wanted == generation) {
      return next(suite);
    }
    TreeMap<Long, KeyAndNonce> passedOver = new TreeMap<>(skipped);
    Ratchet there = advanced(suite, wanted, passedOver, wanted - window.skippedMax());
    while (passedOver.size() > window.skippedMax()) {
      passedOver.pollFirstEntry();
    }
    try (Secret consumed = there.secret) {
      return new Step(
          wanted,
          keys(suite, consumed, wanted),
          new Ratchet(there.after(suite), wanted + 1, passedOver));
    }
  }

  /** Overwrites the secrets that are not in {@code kept}, which may be null: told by identity. */
  @SuppressWarnings("ReferenceEquality")
  void wipeExcept(Ratchet kept) {
    if (this == kept) {
      return;
    }
    if (kept == null || kept.secret != secret) {
      secret.close();
    }
    if (kept != null && kept.skipped == skipped) {
      return;
    }
    skipped.forEach(
        (each, keys) -> {
          if (kept == null || kept.skipped.get(each) != keys) {
            keys.close();
          }
        });
  }

  private Ratchet advanced(CipherSuite suite, long to, Map<Long, KeyAndNonce> passedOver) {
    return advanced(suite, to, passedOver, to);
  }

  /**
   * At generation {@code to}, which is not before this one; {@code passedOver} gets the keys of the
   * generations between that are not below {@code keysFrom}. No secret in between is left behind.
   */
  private Ratchet advanced(
      CipherSuite suite, long to, Map<Long, KeyAndNonce> passedOver, long keysFrom) {
    Ratchet ratchet = this;
    while (ratchet.generation < to) {
      if (ratchet.generation >= keysFrom) {
        passedOver.put(ratchet.generation, keys(suite, ratchet.secret, ratchet.generation));
      }
      Ratchet next = new Ratchet(ratchet.after(suite), ratchet.generation + 1, passedOver);
      if (ratchet != this) {
        ratchet.secret.close();
      }
      ratchet = next;
    }
    return ratchet;
  }

  private Step skippedAt(long wanted) throws MlsException.KeyAlreadyUsed {
    KeyAndNonce keys = skipped.get(wanted);
    if (keys == null) {
      throw new MlsException.KeyAlreadyUsed(
          "generation " + wanted + " was used already or given up");
    }
    TreeMap<Long, KeyAndNonce> rest = new TreeMap<>(skipped);
    rest.remove(wanted);
    return new Step(wanted, keys.copy(), new Ratchet(secret, generation, rest));
  }

  private Secret after(CipherSuite suite) {
    return suite.deriveTreeSecret(secret, "secret", generation, suite.hashLength());
  }

  private static KeyAndNonce keys(CipherSuite suite, Secret secret, long generation) {
    return new KeyAndNonce(
        suite.deriveTreeSecret(secret, "key", generation, suite.keyLength()),
        suite.deriveTreeSecret(secret, "nonce", generation, suite.nonceLength()));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(secret.expose()).uint32(generation);
    out.vector(
        skipped.entrySet(),
        (each, entry) ->
            each.uint32(entry.getKey())
                .opaque(entry.getValue().key().expose())
                .opaque(entry.getValue().nonce().expose()));
  }

  static Ratchet decode(TlsReader in) throws MlsException.Malformed {
    Secret secret = Secret.take(in.opaque());
    long generation = in.uint32();
    TlsReader entries = in.vector();
    TreeMap<Long, KeyAndNonce> skipped = new TreeMap<>();
    while (!entries.isAtEnd()) {
      skipped.put(
          entries.uint32(),
          new KeyAndNonce(Secret.take(entries.opaque()), Secret.take(entries.opaque())));
    }
    return new Ratchet(secret, generation, skipped);
  }
}
