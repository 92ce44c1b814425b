package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.FanoutBenchmark.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Readers that have stopped reading, among others that go on. */
final class StalledPart {
  /** One in so many does not read. */
  private static final int SHARE = 50;

  /** Many, since a tenth more or less is what is asked. */
  private static final int SAMPLES = 5 * FanoutBenchmark.LATENCIES;

  private StalledPart() {}

  static List<Result> run(FanoutToken token, Shared shared, BenchOptions options, Progress progress)
      throws Exception {
    int stalled = Math.max(1, shared.connections() / SHARE);
    long stuck = (long) stalled * shared.each();
    Paired median = new Paired("stalled_ratio", "ms", Optional.of(new Target.RatioAtMost(1.1)));
    List<Double> memory = new ArrayList<>();
    progress.step(stuck + " stalled readers among " + shared.streams());
    try (FanoutPair<ServerSource> gateway = FanoutPair.gateway(token, shared.each())) {
      gateway.open(shared.connections());
      long all = gateway.streams();
      for (int round = 0; round <= options.rounds(); round++) {
        // As much work before either measurement.
        var _ = gateway.rate(all, FanoutBenchmark.LARGE, options.roundSeconds());
        double none = lastReceipt(gateway, all);
        double before = gateway.source().memory().java();
        gateway.load().stall(stalled);
        // More than the sockets of the stalled ones hold.
        var _ = gateway.rate(all - stuck, FanoutBenchmark.LARGE, options.roundSeconds());
        double with = lastReceipt(gateway, all - stuck);
        double after = gateway.source().memory().java();
        gateway.load().resume();
        progress.step(
            String.format(
                "round %d: %.1f ms (none stalled: %.1f ms), %.0f KiB more",
                round, with, none, (after - before) / 1_024));
        if (round > 0) {
          median.round(with, none);
          memory.add((after - before) / stuck / 1_024);
        }
      }
    }
    return List.of(
        median.result(), Result.plain("stalled_kib_per_reader", Paired.median(memory), "KiB"));
  }

  private static double lastReceipt(FanoutPair<?> gateway, long readers) throws Exception {
    return gateway.lastReceipt(readers, FanoutBenchmark.SMALL, SAMPLES);
  }
}
