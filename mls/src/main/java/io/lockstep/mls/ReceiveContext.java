package io.lockstep.mls;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client brings along to judge what others sent.
 *
 * @param groups other groups of this client: where the resumption PSKs of other groups are found,
 *     and what a group that grew out of one of them by ReInit or branching is compared with
 * @param ratchetTree the encoded tree, if it does not come within the GroupInfo
 * @param now the time at which lifetimes must be valid: best the time at which the message was
 *     accepted by the Delivery Service, so that all members judge alike, also those who catch up
 *     later
 * @param lifetimeMax the longest lifetime of a new member's leaf (RFC 9420 section 7.2); all
 *     members of a group must use the same
 * @param window how late and out of order messages may come
 */
public record ReceiveContext(
    CredentialValidator credentials,
    PskSource psks,
    List<Group> groups,
    Optional<byte[]> ratchetTree,
    Instant now,
    Duration lifetimeMax,
    ReceiveWindow window) {
  /** By how much lifetimes of KeyPackages that others add may be over, or have still to begin. */
  public static final Duration RECEIVED_LIFETIME_GRACE = Duration.ofDays(30);

  /** For a {@code lifetimeMax} that accepts every lifetime. */
  public static final Duration UNLIMITED = Duration.ofSeconds(Long.MAX_VALUE);

  public ReceiveContext {
    groups = List.copyOf(groups);
  }

  /** Without PSKs and tree, with {@link Lifetime#TOTAL_MAX}. */
  public static ReceiveContext of(CredentialValidator credentials, Instant now) {
    return new ReceiveContext(
        credentials,
        PskSource.NONE,
        List.of(),
        Optional.empty(),
        now,
        Lifetime.TOTAL_MAX,
        ReceiveWindow.DEFAULT);
  }

  /** {@code tree}: the data of a ratchet_tree extension ({@link Group#ratchetTree}). Copied. */
  public ReceiveContext withRatchetTree(byte[] tree) {
    return new ReceiveContext(
        credentials, psks, groups, Optional.of(tree.clone()), now, lifetimeMax, window);
  }

  public ReceiveContext withPsks(PskSource source) {
    return new ReceiveContext(credentials, source, groups, ratchetTree, now, lifetimeMax, window);
  }

  /** One more group of this client, in the state it is in. */
  public ReceiveContext withGroup(Group group) {
    List<Group> more = new ArrayList<>(groups);
    more.add(group);
    return new ReceiveContext(credentials, psks, more, ratchetTree, now, lifetimeMax, window);
  }

  /** {@link #psks}, and the resumption PSKs of {@link #groups} in their last few epochs. */
  PskSource pskSource() {
    PskSource all = psks;
    for (Group group : groups) {
      all = group.state().pskSource(all);
    }
    return all;
  }

  public ReceiveContext withLifetimeMax(Duration max) {
    return new ReceiveContext(credentials, psks, groups, ratchetTree, now, max, window);
  }

  public ReceiveContext withWindow(ReceiveWindow other) {
    return new ReceiveContext(credentials, psks, groups, ratchetTree, now, lifetimeMax, other);
  }

  /** For KeyPackages that we add: the lifetime must hold now. */
  KeyPackageJudge sending() {
    return new KeyPackageJudge(credentials, now, lifetimeMax, Duration.ZERO);
  }

  /**
   * For KeyPackages that others add: a client that catches up on old messages, or whose clock is
   * off, must not fall out of the group for it (section 7.3 only recommends the check).
   */
  KeyPackageJudge receiving() {
    return new KeyPackageJudge(credentials, now, lifetimeMax, RECEIVED_LIFETIME_GRACE);
  }
}
