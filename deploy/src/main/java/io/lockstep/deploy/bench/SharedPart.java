package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.FanoutBenchmark.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Many streams on each of few connections: gateway, raw writer, nats-server. */
final class SharedPart {
  private static final String LAST = "last_receipt_ms";
  private static final String SMALL_RATE = "deliveries_per_s_256";
  private static final String LARGE_RATE = "deliveries_per_s_1024";

  /** Of the peer against the gateway. */
  private static final Target NO_SOONER = new Target.RatioAtLeast(1);

  private static final Target NO_FASTER = new Target.RatioAtMost(1);

  private SharedPart() {}

  /** One round of one server. */
  private record Figures(double last, double small, double large) {
    static Figures of(FanoutPair<?> pair, int seconds) throws Exception {
      long readers = pair.streams();
      return new Figures(
          pair.lastReceipt(readers, FanoutBenchmark.SMALL, FanoutBenchmark.LATENCIES),
          pair.rate(readers, FanoutBenchmark.SMALL, seconds).perSecond(),
          pair.rate(readers, FanoutBenchmark.LARGE, seconds).perSecond());
    }

    @Override
    public String toString() {
      return String.format(
          "last receipt %.1f ms, %.0f/s of %d B, %.0f/s of %d B",
          last, small, FanoutBenchmark.SMALL, large, FanoutBenchmark.LARGE);
    }
  }

  static List<Result> run(FanoutToken token, Shared shared, BenchOptions options, Progress progress)
      throws Exception {
    Paired last = new Paired(LAST, "ms", Optional.of(new Target.RatioAtMost(1.5)));
    Paired small = new Paired(SMALL_RATE, "1/s", Optional.of(new Target.RatioAtLeast(0.6)));
    Paired large = new Paired(LARGE_RATE, "1/s", Optional.of(new Target.RatioAtLeast(0.6)));
    progress.step(shared + ": gateway and raw writer");
    try (FanoutPair<ServerSource> gateway = FanoutPair.gateway(token, shared.each());
        FanoutPair<ServerSource> raw = FanoutPair.raw(shared.each());
        PeerRows peers =
            PeerRows.start(List.of(Peer.NATS), shared.connections(), shared.each(), progress)) {
      double before = gateway.source().memory().java();
      gateway.open(shared.connections());
      double each = (gateway.source().memory().java() - before) / gateway.streams();
      raw.open(shared.connections());
      for (int round = 0; round <= options.rounds(); round++) {
        Figures of = Figures.of(gateway, options.roundSeconds());
        Figures limit = Figures.of(raw, options.roundSeconds());
        progress.step("round " + round + ", gateway: " + of);
        progress.step("round " + round + ", raw writer: " + limit);
        if (round > 0) {
          last.round(of.last(), limit.last());
          small.round(of.small(), limit.small());
          large.round(of.large(), limit.large());
        }
        roundOfPeers(peers, round, of, options, progress);
      }
      List<Result> results =
          new ArrayList<>(List.of(last.result(), small.result(), large.result()));
      results.addAll(peers.results(LAST, "ms"));
      results.addAll(peers.results(SMALL_RATE, "1/s"));
      results.addAll(peers.results(LARGE_RATE, "1/s"));
      results.add(Result.against("kib_per_stream", each / 1_024, "KiB", new Target.ValueAtMost(4)));
      return results;
    }
  }

  private static void roundOfPeers(
      PeerRows peers, int round, Figures gateway, BenchOptions options, Progress progress)
      throws Exception {
    for (var peer : peers.pairs().entrySet()) {
      Figures of = Figures.of(peer.getValue(), options.roundSeconds());
      progress.step("round " + round + ", " + peer.getKey().id() + ": " + of);
      if (round > 0) {
        peers.round(peer.getKey(), LAST, "ms", NO_SOONER, of.last(), gateway.last());
        peers.round(peer.getKey(), SMALL_RATE, "1/s", NO_FASTER, of.small(), gateway.small());
        peers.round(peer.getKey(), LARGE_RATE, "1/s", NO_FASTER, of.large(), gateway.large());
      }
    }
  }
}
