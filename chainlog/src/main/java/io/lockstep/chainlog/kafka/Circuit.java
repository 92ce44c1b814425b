package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Whether the next submission to a partition is sent. No clock: times are of one monotonic clock,
 * in nanoseconds.
 *
 * <pre>
 *             one waits too long for its answer, or is not taken by Kafka
 *   CLOSED ───────────────────────────────────────────────────────────────▶ OPEN
 *   send all ◀───────────────────────────────────────────────────────────── one probe at a time
 *             an answer comes, and none that still waits has done so too long
 * </pre>
 *
 * That a submission is given up closes nothing: only an answer shows that it is over. Behind a
 * probe that had no answer there is a pause, each time a longer one, so that whoever is sent as a
 * probe is the exception; but an entry of anybody ends the pause.
 */
final class Circuit {
  private static final int PAUSE_FACTOR_MAX = 4;

  private final long slowNanos;
  private final long pauseNanos;
  private boolean open;
  private boolean probing;
  private long probeAt;
  private long factor = 1;

  /** What is to be done with a submission. */
  enum Verdict {
    SEND,
    /** Send it, and tell how it ends. */
    PROBE,
    REFUSE
  }

  /**
   * @param slowAfter a submission that waits longer for its answer waits too long
   * @param pause between two probes, at first
   */
  Circuit(Duration slowAfter, Duration pause) {
    this.slowNanos = slowAfter.toNanos();
    this.pauseNanos = pause.toNanos();
  }

  /**
   * @param oldestNanos when the oldest submission without an answer was handed in, if there is one
   */
  Verdict ask(OptionalLong oldestNanos, long now) {
    if (isSlow(oldestNanos, now)) {
      open(now);
    }
    if (!open) {
      return Verdict.SEND;
    }
    if (probing || now - probeAt < 0) {
      return Verdict.REFUSE;
    }
    probing = true;
    return Verdict.PROBE;
  }

  /** An answer has come; {@code oldestNanos} is of those that still wait. */
  void answered(OptionalLong oldestNanos, long now) {
    if (!isSlow(oldestNanos, now)) {
      open = false;
      probing = false;
      factor = 1;
    }
  }

  /** The partition's owner has written something. */
  void signOfLife(long now) {
    if (open) {
      probeAt = now;
    }
  }

  /** A submission was given up that had waited since {@code sinceNanos}. */
  void givenUp(long sinceNanos, long now) {
    if (isSlow(OptionalLong.of(sinceNanos), now)) {
      open(now);
    }
  }

  /** Kafka did not take a submission in time. */
  void notTaken(long now) {
    open(now);
  }

  /** The probe has had no answer. */
  void probeFailed(long now) {
    probing = false;
    factor = Math.min(factor * 2, PAUSE_FACTOR_MAX);
    probeAt = now + factor * pauseNanos;
  }

  boolean isOpen() {
    return open;
  }

  private void open(long now) {
    if (!open) {
      open = true;
      probing = false;
      factor = 1;
      probeAt = now + pauseNanos;
    }
  }

  private boolean isSlow(OptionalLong oldestNanos, long now) {
    return oldestNanos.isPresent() && now - oldestNanos.getAsLong() >= slowNanos;
  }
}
