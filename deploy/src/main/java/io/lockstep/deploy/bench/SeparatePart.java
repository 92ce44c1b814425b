package io.lockstep.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One stream on each of many connections: gateway, raw writer, and the other servers. */
final class SeparatePart {
  private static final String RATE = "separate_deliveries_per_s";
  private static final String PROCESSOR = "separate_cpu_us_per_delivery";
  private static final Target NO_FASTER = new Target.RatioAtMost(1);
  private static final Target NO_CHEAPER = new Target.RatioAtLeast(1);

  private SeparatePart() {}

  static List<Result> run(
      FanoutToken token, int connections, BenchOptions options, Progress progress)
      throws Exception {
    Paired rate = new Paired(RATE, "1/s", Optional.of(new Target.RatioAtLeast(0.8)));
    Paired processor = new Paired(PROCESSOR, "us", Optional.empty());
    progress.step(connections + " connections with one stream: gateway and raw writer");
    try (FanoutPair<ServerSource> gateway = FanoutPair.gateway(token, 1);
        FanoutPair<ServerSource> raw = FanoutPair.raw(1);
        PeerRows peers = PeerRows.start(List.of(Peer.values()), connections, 1, progress)) {
      gateway.open(connections);
      raw.open(connections);
      for (int round = 0; round <= options.rounds(); round++) {
        FanoutPair.Rate of = rate(gateway, options);
        FanoutPair.Rate limit = rate(raw, options);
        progress.step("round " + round + ", gateway: " + text(of) + "; raw writer: " + text(limit));
        if (round > 0) {
          rate.round(of.perSecond(), limit.perSecond());
          processor.round(of.processorMicros(), limit.processorMicros());
        }
        for (var peer : peers.pairs().entrySet()) {
          FanoutPair.Rate its = rate(peer.getValue(), options);
          progress.step("round " + round + ", " + peer.getKey().id() + ": " + text(its));
          if (round > 0) {
            peers.round(peer.getKey(), RATE, "1/s", NO_FASTER, its.perSecond(), of.perSecond());
            peers.round(
                peer.getKey(),
                PROCESSOR,
                "us",
                NO_CHEAPER,
                its.processorMicros(),
                of.processorMicros());
          }
        }
      }
      List<Result> results = new ArrayList<>(List.of(rate.result(), processor.result()));
      results.addAll(peers.results(RATE, "1/s"));
      results.addAll(peers.results(PROCESSOR, "us"));
      return results;
    }
  }

  private static FanoutPair.Rate rate(FanoutPair<?> pair, BenchOptions options) throws Exception {
    return pair.rate(pair.streams(), FanoutBenchmark.SMALL, options.roundSeconds());
  }

  private static String text(FanoutPair.Rate rate) {
    return String.format("%.0f/s, %.1f us each", rate.perSecond(), rate.processorMicros());
  }
}
