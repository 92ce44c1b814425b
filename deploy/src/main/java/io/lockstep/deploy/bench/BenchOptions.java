package io.lockstep.deploy.bench;

/**
 * What every benchmark is told.
 *
 * @param rounds how many times each variant is measured, in turns; the medians are reported
 * @param roundSeconds length of one measurement of one variant
 */
record BenchOptions(int rounds, int roundSeconds) {
  static final int ROUNDS_MAX = 100;
  static final int ROUND_SECONDS_MAX = 600;

  BenchOptions {
    if (rounds < 1 || rounds > ROUNDS_MAX) {
      throw new IllegalArgumentException("rounds must be 1 to " + ROUNDS_MAX);
    }
    if (roundSeconds < 1 || roundSeconds > ROUND_SECONDS_MAX) {
      throw new IllegalArgumentException("seconds must be 1 to " + ROUND_SECONDS_MAX);
    }
  }
}
