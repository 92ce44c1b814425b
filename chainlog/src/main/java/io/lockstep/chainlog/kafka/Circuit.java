package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Whether the next submission to a partition is sent. No clock: times are of one monotonic clock,
 * in nanoseconds.
 *
 * <pre>
 *             the oldest one without an answer is too old, or Kafka takes no more
 *   CLOSED ────────────────────────────────────────────────────────────────────▶ OPEN
 *   send all ◀────────────────────────────────────────────────────────────────── one probe now and then
 *             an answer comes, and none that is still waited for is too old
 * </pre>
 *
 * That a submission is given up closes nothing: only an answer shows that it is over.
 */
final class Circuit {
  private final long slowNanos;
  private final long probeNanos;
  private boolean open;
  private long probedNanos;

  /**
   * @param slowAfter a submission that waits longer for its answer is too old
   * @param probeEvery while open, one is sent that often
   */
  Circuit(Duration slowAfter, Duration probeEvery) {
    this.slowNanos = slowAfter.toNanos();
    this.probeNanos = probeEvery.toNanos();
  }

  /**
   * @param oldestNanos when the oldest submission without an answer was handed in, if there is one
   */
  boolean admits(OptionalLong oldestNanos, long now) {
    if (isSlow(oldestNanos, now)) {
      open(now);
    }
    if (open && now - probedNanos < probeNanos) {
      return false;
    }
    probedNanos = now;
    return true;
  }

  /** An answer has come; {@code oldestNanos} is of those that still wait. */
  void answered(OptionalLong oldestNanos, long now) {
    if (!isSlow(oldestNanos, now)) {
      open = false;
    }
  }

  /** Kafka did not take a submission in time. */
  void notTaken(long now) {
    open(now);
  }

  boolean isOpen() {
    return open;
  }

  private void open(long now) {
    if (!open) {
      open = true;
      probedNanos = now;
    }
  }

  private boolean isSlow(OptionalLong oldestNanos, long now) {
    return oldestNanos.isPresent() && now - oldestNanos.getAsLong() > slowNanos;
  }
}
