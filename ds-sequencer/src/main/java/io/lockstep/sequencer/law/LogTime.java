package io.lockstep.sequencer.law;

/** Arithmetic on broker append times, which may be any 64 bits and may go back. */
final class LogTime {
  private LogTime() {}

  /** Whether {@code now} is at most {@code millis} after {@code then}; also when it is before. */
  static boolean within(long then, long now, long millis) {
    // Where the sum overflows, no time is later than it.
    long end = then + millis;
    return end < then || now <= end;
  }
}
