package io.lockstep.mls.schedule;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.nio.charset.StandardCharsets;

/**
 * One step of the key schedule (RFC 9420 section 8), from the joiner secret on. Short-lived: it
 * holds the joiner and the welcome secret, which must be gone once the Welcome is sealed or opened
 * ({@link #close}).
 */
public final class KeySchedule implements AutoCloseable {
  /** What a member takes into an epoch. */
  public record Epoch(EpochSecrets secrets, SecretTree tree) {
    /** For an epoch that is not entered after all. */
    public void wipe() {
      secrets.all().forEach(Secret::close);
      tree.wipe();
    }
  }

  private static final String EXTERNAL_INIT_LABEL = "MLS 1.0 external init secret";

  private final CipherSuite suite;
  private final Secret joinerSecret;
  private final Secret intermediateSecret;

  private KeySchedule(CipherSuite suite, Secret joinerSecret, Secret pskSecret) {
    this.suite = suite;
    this.joinerSecret = joinerSecret;
    this.intermediateSecret = suite.extract(joinerSecret, pskSecret);
  }

  /**
   * For members who process or create the Commit that starts the epoch. {@code groupContext} is
   * that of the new epoch.
   */
  public static KeySchedule ofCommit(
      CipherSuite suite,
      Secret initSecret,
      Secret commitSecret,
      Secret pskSecret,
      byte[] groupContext) {
    try (Secret extracted = suite.extract(initSecret, commitSecret)) {
      Secret joiner = suite.expandWithLabel(extracted, "joiner", groupContext, suite.hashLength());
      return new KeySchedule(suite, joiner, pskSecret);
    }
  }

  /** For a joiner, who finds the joiner secret in the Welcome. Takes the secret over. */
  public static KeySchedule ofWelcome(CipherSuite suite, Secret joinerSecret, Secret pskSecret) {
    return new KeySchedule(suite, joinerSecret, pskSecret);
  }

  /**
   * Context for the HPKE export that carries the init secret of an external Commit (section 8.3).
   */
  public static byte[] externalInitContext() {
    return EXTERNAL_INIT_LABEL.getBytes(StandardCharsets.US_ASCII);
  }

  public Secret joinerSecret() {
    return joinerSecret;
  }

  /** Key and nonce that protect the GroupInfo in a Welcome (section 12.4.3.1). */
  public KeyAndNonce welcomeKey() {
    try (Secret welcome = welcomeSecret()) {
      return new KeyAndNonce(
          suite.expandWithLabel(welcome, "key", new byte[0], suite.keyLength()),
          suite.expandWithLabel(welcome, "nonce", new byte[0], suite.nonceLength()));
    }
  }

  Secret welcomeSecret() {
    return suite.deriveSecret(intermediateSecret, "welcome");
  }

  /**
   * Everything of the epoch that {@code groupContext} describes, in a tree of {@code leafCount}
   * leaves.
   */
  public Epoch epoch(byte[] groupContext, long leafCount) {
    try (Secret epochSecret =
        suite.expandWithLabel(intermediateSecret, "epoch", groupContext, suite.hashLength())) {
      return epochOf(suite, epochSecret, leafCount);
    }
  }

  /** Epoch 0 of a group with one member, from a fresh random epoch secret (section 11). */
  public static Epoch epochOf(CipherSuite suite, Secret epochSecret, long leafCount) {
    return new Epoch(
        EpochSecrets.derive(suite, epochSecret),
        SecretTree.create(suite, suite.deriveSecret(epochSecret, "encryption"), leafCount));
  }

  @Override
  public void close() {
    joinerSecret.close();
    intermediateSecret.close();
  }
}
