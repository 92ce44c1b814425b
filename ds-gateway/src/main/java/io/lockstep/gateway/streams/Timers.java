package io.lockstep.gateway.streams;

/** Clock and timers of the fan-out's thread. */
public interface Timers {
  long nowMillis();

  /**
   * Runs once, on the fan-out's thread, never inside this call; and not before the thread has heard
   * what clients say, also when it is due at once.
   */
  void later(long millis, Runnable task);
}
