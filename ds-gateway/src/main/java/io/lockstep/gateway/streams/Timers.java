package io.lockstep.gateway.streams;

/** Clock and timers of the fan-out's thread. */
public interface Timers {
  long nowMillis();

  /** Runs once, on the fan-out's thread, never inside this call. */
  void later(long millis, Runnable task);
}
