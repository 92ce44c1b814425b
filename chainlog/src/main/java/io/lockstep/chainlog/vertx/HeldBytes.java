package io.lockstep.chainlog.vertx;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all connections have brought and that are of no use yet: parts of requests, and
 * whatever came before anybody has shown a proof. Thread-safe.
 */
final class HeldBytes {
  /** Who holds less is not the one to be closed when there are too many. */
  private static final int SMALL = 64 << 10;

  private final long max;
  private final AtomicLong all = new AtomicLong();

  HeldBytes(long max) {
    this.max = max;
  }

  /**
   * A connection holds more.
   *
   * @param before what it held
   * @return whether it must be closed, since there are too many
   */
  boolean take(long before, int more) {
    return all.addAndGet(more) > max && before + more > SMALL;
  }

  void give(long bytes) {
    all.addAndGet(-bytes);
  }
}
