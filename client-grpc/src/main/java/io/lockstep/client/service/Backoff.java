package io.lockstep.client.service;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits between attempts: each a random time between half of and the whole of a bound that doubles
 * from {@code first} to {@code max}. Not thread-safe.
 */
public final class Backoff {
  private final Duration first;
  private final Duration max;
  private final RandomGenerator random;
  private Duration bound;

  public Backoff(Duration first, Duration max, RandomGenerator random) {
    this.first = first;
    this.max = max;
    this.random = random;
    this.bound = first;
  }

  public Duration next() {
    long nanos = bound.toNanos();
    Duration wait = Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    Duration doubled = bound.multipliedBy(2);
    bound = doubled.compareTo(max) < 0 ? doubled : max;
    return wait;
  }

  /** After a success. */
  public void reset() {
    bound = first;
  }
}
