package io.lockstep.chainlog.owner;

import java.time.Duration;

/**
 * When a standby begins to write: submissions wait, and the log has not moved for a while. It is
 * the standing still that counts and not how long a submission waits, since an owner that is busy
 * with a backlog needs no second one that does the same work.
 *
 * <p>Being wrong costs a few copies and nothing else, so the while is short. Times are of one
 * monotonic clock, in nanoseconds.
 */
public final class TakeoverRule {
  private final long afterNanos;
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

  public boolean isDue(long now) {
    return waiting && now - stillSince >= afterNanos;
  }
}
