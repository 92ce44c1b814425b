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
    Ratchet ratchet = this;
    while (ratchet.generation <= used) {
      ratchet = new Ratchet(ratchet.after(suite), ratchet.generation + 1, skipped);
    }
    return ratchet;
  }

  /** The keys of {@code wanted}, for receiving. */
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
    Ratchet ratchet = this;
    while (ratchet.generation < wanted) {
      Step step = ratchet.next(suite);
      passedOver.put(step.generation, step.keys);
      ratchet = step.next;
    }
    while (passedOver.size() > window.skippedMax()) {
      passedOver.pollFirstEntry();
    }
    Step step = ratchet.next(suite);
    return new Step(wanted, step.keys, new Ratchet(step.next.secret, wanted + 1, passedOver));
  }

  private Step skippedAt(long wanted) throws MlsException.KeyAlreadyUsed {
    KeyAndNonce keys = skipped.get(wanted);
    if (keys == null) {
      throw new MlsException.KeyAlreadyUsed(
          "generation " + wanted + " was used already or given up");
    }
    TreeMap<Long, KeyAndNonce> rest = new TreeMap<>(skipped);
    rest.remove(wanted);
    return new Step(wanted, keys, new Ratchet(secret, generation, rest));
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
