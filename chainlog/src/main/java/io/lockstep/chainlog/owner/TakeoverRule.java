package io.lockstep.chainlog.owner;

import java.time.Duration;

/**
 * When a standby begins to write: submissions wait, and the log has not moved for a while. It is
 * the standing still that counts and not how long a submission waits, since an owner that is busy
 * with a backlog needs no second one that does the same work.
 *
 * <p>Being wrong costs a few copies, so the while is short. But where it goes wrong all the time,
 * as on a machine that is too busy, the copies make it worse: each time that the owner was alive
 * after all doubles the while, up to {@link #LONGER_MAX} times, until there was no such mistake for
 * {@link #FORGIVEN_AFTER}. Times are of one monotonic clock, in nanoseconds.
 */
public final class TakeoverRule {
  /** A standby never waits for longer than so many times what is configured. */
  static final int LONGER_MAX = 8;

  static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);

  private final long afterNanos;
  private int longer = 1;
  private long mistakenAt;
  private boolean waiting;
  private long stillSince;

  public TakeoverRule(Duration after) {
    this.afterNanos = after.toNanos();
  }

  /** The log took an entry. */
  public void logMoved(long now) {
    stillSince = now;
  }

  /** Whether any submission is unanswered. The wait begins with the first one. */
  public void waits(boolean any, long now) {
    if (any && !waiting) {
      stillSince = now;
    }
    waiting = any;
  }

  /** Since when the log stands still, or something waits, whichever is later. */
  public long stillSince() {
    return stillSince;
  }

  /** The owner writes as well, so it had not stopped. */
  public void mistaken(long now) {
    longer = Math.min(LONGER_MAX, 2 * patience(now));
    mistakenAt = now;
  }

  private int patience(long now) {
    return now - mistakenAt < FORGIVEN_AFTER.toNanos() ? longer : 1;
  }

  public boolean isDue(long now) {
    return waiting && now - stillSince >= patience(now) * afterNanos;
  }
}
