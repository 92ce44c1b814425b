package io.lockstep.deploy.bench;

import java.util.List;

/**
 * What every benchmark is told.
 *
 * @param rounds how many times each variant is measured, in turns; the medians are reported
 * @param roundSeconds length of one measurement of one variant
 * @param members sizes of group, for benchmarks that have one
 * @param slow whether to measure also what takes many minutes
 * @param parts of the benchmark of ordering
 * @param fanoutParts of the benchmark of fan-out
 * @param kills of an owner
 * @param groups that an owner knows
 */
record BenchOptions(
    int rounds,
    int roundSeconds,
    List<Integer> members,
    boolean slow,
    List<OrderPart> parts,
    List<FanoutPart> fanoutParts,
    int kills,
    int groups) {
  static final int ROUNDS_MAX = 100;
  static final int ROUND_SECONDS_MAX = 600;
  static final int MEMBERS_MIN = 8;
  static final int MEMBERS_MAX = 1_000_000;
  static final int KILLS_MAX = 1_000;
  static final int GROUPS_MIN = 2_000;
  static final int GROUPS_MAX = 10_000_000;

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
    parts = List.copyOf(parts);
    fanoutParts = List.copyOf(fanoutParts);
    if (kills < 1 || kills > KILLS_MAX) {
      throw new IllegalArgumentException("kills must be 1 to " + KILLS_MAX);
    }
    if (groups < GROUPS_MIN || groups > GROUPS_MAX) {
      throw new IllegalArgumentException("groups must be " + GROUPS_MIN + " to " + GROUPS_MAX);
    }
  }
}
