package io.lockstep.deploy.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Rounds of one figure, each measured beside its baseline. */
final class Paired {
  private final String id;
  private final String unit;
  private final Optional<Target> target;
  private final List<Double> values = new ArrayList<>();
  private final List<Double> baselines = new ArrayList<>();

  Paired(String id, String unit, Optional<Target> target) {
    this.id = id;
    this.unit = unit;
    this.target = target;
  }

  void round(double value, double baseline) {
    values.add(value);
    baselines.add(baseline);
  }

  Result result() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / baselines.get(i));
    }
    return new Result(
        id,
        median(values),
        unit,
        OptionalDouble.of(median(baselines)),
        OptionalDouble.of(median(ratios)),
        target);
  }

  static double median(List<Double> samples) {
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The smallest sample that at least the given share of all samples does not exceed. */
  static double percentile(long[] samples, double share) {
    long[] sorted = samples.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }
}
