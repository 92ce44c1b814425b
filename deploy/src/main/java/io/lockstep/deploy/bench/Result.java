package io.lockstep.deploy.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One figure.
 *
 * @param id stable name, as in the JSON
 * @param value median over the rounds
 * @param unit of value and baseline
 * @param baseline median of the baseline, measured in the same run
 * @param ratio median of the ratios round by round, not the ratio of the medians: the machine's
 *     speed drifts, and two neighbours in time share the drift
 * @param note why there is no value, which is NaN then
 */
record Result(
    String id,
    double value,
    String unit,
    OptionalDouble baseline,
    OptionalDouble ratio,
    Optional<Target> target,
    Optional<String> note) {
  Result(
      String id,
      double value,
      String unit,
      OptionalDouble baseline,
      OptionalDouble ratio,
      Optional<Target> target) {
    this(id, value, unit, baseline, ratio, target, Optional.empty());
  }

  static Result against(String id, double value, String unit, Target target) {
    return new Result(
        id, value, unit, OptionalDouble.empty(), OptionalDouble.empty(), Optional.of(target));
  }

  /** Not measured, and why. */
  static Result absent(String id, String unit, String why) {
    return new Result(
        id,
        Double.NaN,
        unit,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.of(why));
  }

  static Result plain(String id, double value, String unit) {
    return new Result(
        id, value, unit, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());
  }

  /** Whether the target is reached; empty where there is none. */
  Optional<Boolean> ok() {
    return target.map(t -> t.reached(value, ratio.orElse(Double.NaN)));
  }
}
