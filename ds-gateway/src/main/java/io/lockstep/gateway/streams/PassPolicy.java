package io.lockstep.gateway.streams;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a client of one group stream may be given the next entry, by the newest epoch pass that
 * it has shown. Time is an input.
 *
 * <p>The pass of epoch p is good for everything up to and including the Commit that ends p. After
 * that Commit has been delivered the client has the grace period to show the next pass; entries go
 * on meanwhile only if the client was caught up and for no longer than the grace period after the
 * Commit came, so that a removed member cannot save up its allowance.
 */
final class PassPolicy {
  /** Commits that may be delivered ahead of the pass; at this number the stream waits. */
  static final int COMMITS_AHEAD_MAX = 256;

  private final long graceMillis;
  private final Deque<Unshown> unshown = new ArrayDeque<>();
  private long shownEpoch;
  private long deliveredSequence;
  private Optional<Early> early = Optional.empty();
  private boolean asked;

  /** A Commit that was delivered and whose pass was not shown. */
  private record Unshown(Opening opening, long deliveredAt, long passableUntil) {}

  /** A pass that was shown before its Commit was delivered: the client's own Commit. */
  private record Early(long sequence, PassHash pass) {}

  /** What is to be told to the client now. */
  sealed interface Demand {
    record None() implements Demand {}

    record Show(long epoch, long graceMillis) implements Demand {}

    record Expired() implements Demand {}
  }

  /** How a pass was taken. */
  enum Answer {
    ACCEPTED,
    /**
     * Nothing to compare it with: the client has shown a newer one, or its Commit is yet to come.
     */
    NOTED,
    WRONG
  }

  /**
   * @param shownEpoch the epoch of the pass that was shown and checked
   * @param cursor newest sequence number that counts as delivered
   */
  PassPolicy(long shownEpoch, long cursor, long graceMillis) {
    this.shownEpoch = shownEpoch;
    this.deliveredSequence = cursor;
    this.graceMillis = graceMillis;
  }

  /** Whether the next entry may be delivered. */
  boolean mayDeliver(long now) {
    return unshown.isEmpty()
        || (unshown.size() < COMMITS_AHEAD_MAX && now < unshown.getFirst().passableUntil());
  }

  /**
   * An entry was delivered.
   *
   * @param liveSince when a Commit came from the log, if the client was caught up then; empty while
   *     catching up
   */
  Answer delivered(long sequence, Optional<Opening> opens, OptionalLong liveSince, long now) {
    deliveredSequence = sequence;
    if (opens.isPresent() && Long.compareUnsigned(opens.get().epoch(), shownEpoch) > 0) {
      long until = liveSince.isPresent() ? liveSince.getAsLong() + graceMillis : Long.MIN_VALUE;
      unshown.add(new Unshown(opens.get(), now, until));
    }
    if (early.isPresent() && early.get().sequence() <= sequence) {
      Early shown = early.get();
      early = Optional.empty();
      return shown.sequence() == sequence ? compare(sequence, shown.pass()) : Answer.NOTED;
    }
    return Answer.NOTED;
  }

  /** Nothing was delivered that waits for its pass, and nothing shown that waits for its Commit. */
  boolean owesNothing() {
    return unshown.isEmpty() && early.isEmpty();
  }

  /** To a client that {@link #owesNothing}: entries that open no epoch. */
  void deliveredWithoutCommit(long sequence) {
    deliveredSequence = sequence;
  }

  Answer show(long passSequence, PassHash pass) {
    if (Long.compareUnsigned(passSequence, deliveredSequence) > 0) {
      early = Optional.of(new Early(passSequence, pass));
      return Answer.NOTED;
    }
    return compare(passSequence, pass);
  }

  private Answer compare(long sequence, PassHash pass) {
    Optional<Unshown> found =
        unshown.stream().filter(one -> one.opening().sequence() == sequence).findFirst();
    if (found.isEmpty()) {
      return Answer.NOTED;
    }
    if (!found.get().opening().pass().matches(pass)) {
      return Answer.WRONG;
    }
    shownEpoch = found.get().opening().epoch();
    unshown.removeIf(one -> Long.compareUnsigned(one.opening().epoch(), shownEpoch) <= 0);
    asked = false;
    return Answer.ACCEPTED;
  }

  /** Call it whenever {@link #wakeAt} has come. A {@code Show} is given once for each wait. */
  Demand demand(long now) {
    if (unshown.isEmpty()) {
      return new Demand.None();
    }
    long end = unshown.getFirst().deliveredAt() + graceMillis;
    if (now >= end) {
      return new Demand.Expired();
    }
    if (asked || now < end - graceMillis / 2) {
      return new Demand.None();
    }
    asked = true;
    return new Demand.Show(unshown.getLast().opening().epoch(), end - now);
  }

  /** When the next demand is due; empty when none will be. */
  OptionalLong wakeAt() {
    if (unshown.isEmpty()) {
      return OptionalLong.empty();
    }
    long end = unshown.getFirst().deliveredAt() + graceMillis;
    return OptionalLong.of(asked ? end : end - graceMillis / 2);
  }

  /**
   * Whether the pass shown is that of the newest epoch delivered or an even newer one, given the
   * group's epoch. After a hole it must be: a Commit may have been in it.
   */
  boolean covers(long currentEpoch) {
    return Long.compareUnsigned(shownEpoch, currentEpoch) >= 0;
  }
}
