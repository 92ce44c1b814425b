package io.lockstep.deploy.bench;

import java.util.List;

/**
 * What every benchmark is told.
 *
 * @param rounds how many times each variant is measured, in turns; the medians are reported
 * @param roundSeconds length of one measurement of one variant
 * @param members sizes of group, for benchmarks that have one
 * @param slow whether to measure also what takes many minutes
 */
record BenchOptions(int rounds, int roundSeconds, List<Integer> members, boolean slow) {
  static final int ROUNDS_MAX = 100;
  static final int ROUND_SECONDS_MAX = 600;
  static final int MEMBERS_MIN = 8;
  static final int MEMBERS_MAX = 1_000_000;

  BenchOptions {
    if (rounds < 1 || rounds > ROUNDS_MAX) {
      throw new IllegalArgumentException("rounds must be 1 to " + ROUNDS_MAX);
    }
    if (roundSeconds < 1 || roundSeconds > ROUND_SECONDS_MAX) {
      throw new IllegalArgumentException("seconds must be 1 to " + ROUND_SECONDS_MAX);
    }
    members = List.copyOf(members);
    if (members.stream().anyMatch(n -> n < MEMBERS_MIN || n > MEMBERS_MAX)) {
      throw new IllegalArgumentException("members must be " + MEMBERS_MIN + " to " + MEMBERS_MAX);
    }
  }
}
