package io.lockstep.gateway.admission;

/**
 * How much of something may come in.
 *
 * @param perSecond for ever, in whatever unit is counted
 * @param burst at once, after a quiet time; nothing that costs more than this ever gets in
 */
public record Rate(long perSecond, long burst) {
  public Rate {
    if (perSecond < 1 || burst < 1) {
      throw new IllegalArgumentException("a rate must be positive: " + perSecond + ", " + burst);
    }
  }

  /** Time in which so much may come in, in nanoseconds. */
  long nanosFor(long cost) {
    return (long) Math.ceil(cost * 1e9 / perSecond);
  }
}
