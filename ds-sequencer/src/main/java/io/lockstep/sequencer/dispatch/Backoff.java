package io.lockstep.sequencer.dispatch;

import java.time.Duration;

/** Pauses between attempts: doubling up to a bound, from the start again after a success. */
public final class Backoff {
  private final Duration first;
  private final Duration max;
  private Duration next;

  public Backoff(Duration first, Duration max) {
    if (first.isNegative() || first.isZero() || first.compareTo(max) > 0) {
      throw new IllegalArgumentException("the first pause must be positive and at most " + max);
    }
    this.first = first;
    this.max = max;
    this.next = first;
  }

  /** How long to wait after one more failure. */
  public Duration afterFailure() {
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(max) < 0 ? doubled : max;
    return pause;
  }

  public void afterSuccess() {
    next = first;
  }
}
