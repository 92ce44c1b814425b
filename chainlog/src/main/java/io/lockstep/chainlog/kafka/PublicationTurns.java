package io.lockstep.chainlog.kafka;

import java.time.Duration;

/**
 * When the owner of each partition is to publish again: one after the other within the interval,
 * since all of them at once hold up what is submitted meanwhile. Not thread-safe.
 */
final class PublicationTurns {
  private final long everyNanos;
  private final long[] next;

  /**
   * @param now of a monotonic clock, in nanoseconds
   */
  PublicationTurns(int partitions, Duration every, long now) {
    this.everyNanos = every.toNanos();
    this.next = new long[partitions];
    for (int p = 0; p < partitions; p++) {
      next[p] = now + everyNanos / partitions * (p + 1);
    }
  }

  /** True once in each interval. */
  boolean isDue(int partition, long now) {
    long late = now - next[partition];
    if (late < 0) {
      return false;
    }
    next[partition] += everyNanos * (1 + late / everyNanos);
    return true;
  }
}
