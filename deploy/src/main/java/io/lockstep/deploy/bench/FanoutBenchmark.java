package io.lockstep.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How soon a message is with the last of many streams, and how many deliveries a second there are,
 * beside a writer that does nothing else. Servers and load clients are processes of their own, each
 * with one event loop.
 */
final class FanoutBenchmark implements Benchmark {
  private static final int SMALL = 256;
  private static final int LARGE = 1_024;

  /** On each of the shared connections. */
  private static final int STREAMS_EACH = 100;

  /** A process may open 20,000 files. */
  static final int SEPARATE_MAX = 15_000;

  /** Of the streams in the part with stalled readers: one in 50 does not read. */
  private static final int STALLED_SHARE = 50;

  /** Messages that one latency is the median of. */
  private static final int LATENCIES = 30;

  @Override
  public String summary() {
    return "one message to many streams, against a raw HTTP/2 writer with merged buffers";
  }

  @Override
  public List<Result> run(BenchOptions options, Progress progress) throws Exception {
    FanoutToken token = FanoutToken.make();
    List<Result> results = new ArrayList<>();
    int members = options.members().getLast();
    for (FanoutPart part : options.fanoutParts()) {
      results.addAll(
          switch (part) {
            case SHARED -> shared(token, members, options, progress);
            case SEPARATE -> separate(token, Math.min(SEPARATE_MAX, members), options, progress);
            case STALLED -> stalled(token, members, options, progress);
          });
    }
    return results;
  }

  private static int connections(int members) {
    return Math.max(1, members / STREAMS_EACH);
  }

  private static List<Result> shared(
      FanoutToken token, int members, BenchOptions options, Progress progress) throws Exception {
    int connections = connections(members);
    int each = Math.min(STREAMS_EACH, members);
    Paired last = new Paired("last_receipt_ms", "ms", Optional.of(new Target.RatioAtMost(1.5)));
    Paired small = rates("deliveries_per_s_256", 0.6);
    Paired large = rates("deliveries_per_s_1024", 0.6);
    progress.step(connections + " connections with " + each + " streams, gateway and raw writer");
    try (FanoutPair gateway = FanoutPair.gateway(token, connections, each);
        FanoutPair raw = FanoutPair.raw(connections, each)) {
      long readers = gateway.streams();
      for (int round = 0; round <= options.rounds(); round++) {
        double[] of = figures(gateway, readers, options.roundSeconds());
        double[] limit = figures(raw, readers, options.roundSeconds());
        progress.step(
            String.format(
                "round %d: last receipt %.1f ms (raw %.1f), %.0f/s (raw %.0f) of %d B, %.0f/s"
                    + " (raw %.0f) of %d B",
                round, of[0], limit[0], of[1], limit[1], SMALL, of[2], limit[2], LARGE));
        if (round > 0) {
          last.round(of[0], limit[0]);
          small.round(of[1], limit[1]);
          large.round(of[2], limit[2]);
        }
      }
      return List.of(
          last.result(),
          small.result(),
          large.result(),
          new Result(
              "kib_per_stream",
              gateway.bytesEach() / 1_024,
              "KiB",
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              Optional.of(new Target.ValueAtMost(4))));
    }
  }

  private static double[] figures(FanoutPair pair, long readers, int seconds) throws Exception {
    return new double[] {
      pair.lastReceipt(readers, SMALL, LATENCIES),
      pair.rate(readers, SMALL, seconds),
      pair.rate(readers, LARGE, seconds)
    };
  }

  private static List<Result> separate(
      FanoutToken token, int connections, BenchOptions options, Progress progress)
      throws Exception {
    Paired rate = rates("separate_deliveries_per_s", 0.8);
    progress.step(connections + " connections with one stream, gateway and raw writer");
    try (FanoutPair gateway = FanoutPair.gateway(token, connections, 1);
        FanoutPair raw = FanoutPair.raw(connections, 1)) {
      for (int round = 0; round <= options.rounds(); round++) {
        double of = gateway.rate(connections, SMALL, options.roundSeconds());
        double limit = raw.rate(connections, SMALL, options.roundSeconds());
        progress.step(String.format("round %d: %.0f/s (raw %.0f)", round, of, limit));
        if (round > 0) {
          rate.round(of, limit);
        }
      }
    }
    return List.of(rate.result());
  }

  private static List<Result> stalled(
      FanoutToken token, int members, BenchOptions options, Progress progress) throws Exception {
    int connections = connections(members);
    int each = Math.min(STREAMS_EACH, members);
    int stalledConnections = Math.max(1, connections / STALLED_SHARE);
    long stuck = (long) stalledConnections * each;
    Paired median = new Paired("stalled_ratio", "ms", Optional.of(new Target.RatioAtMost(1.1)));
    List<Double> memory = new ArrayList<>();
    progress.step(stuck + " stalled readers among " + (long) connections * each);
    try (FanoutPair gateway = FanoutPair.gateway(token, connections, each)) {
      long all = gateway.streams();
      for (int round = 0; round <= options.rounds(); round++) {
        double none = gateway.lastReceipt(all, SMALL, LATENCIES);
        double before = gateway.memoryBytes();
        gateway.stall(stalledConnections);
        // More than the sockets of the stalled ones hold.
        var _ = gateway.rate(all - stuck, LARGE, options.roundSeconds());
        double with = gateway.lastReceipt(all - stuck, SMALL, LATENCIES);
        double after = gateway.memoryBytes();
        gateway.resume();
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

  private static Paired rates(String id, double bound) {
    return new Paired(id, "1/s", Optional.of(new Target.RatioAtLeast(bound)));
  }
}
