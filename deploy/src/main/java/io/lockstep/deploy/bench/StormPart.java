package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.FanoutBenchmark.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * All clients of a group are cut off, miss messages, and come back at once; meanwhile another group
 * goes on, and a third one on another gateway, which has nothing of the storm but the processors
 * that all share. The gateways have as many event loops as there are processors, as they do by
 * default.
 */
final class StormPart {
  private static final int MISSED = 100;

  private static final int LATE_MILLIS = 250;

  /** A storm takes seconds, and so does what it is compared with. */
  private static final int ROUNDS_MAX = 3;

  private StormPart() {}

  static List<Result> run(FanoutToken token, Shared shared, BenchOptions options, Progress progress)
      throws Exception {
    int loops = Runtime.getRuntime().availableProcessors();
    progress.step(shared + " and a group with " + OtherGroup.STREAMS);
    try (FanoutPair<ServerSource> gateway =
            FanoutPair.gateway(ServerSource.gateway(token, loops), token, shared.each());
        OtherGroup other = new OtherGroup(gateway.source(), token);
        ServerSource calm = ServerSource.gateway(token, loops);
        OtherGroup beside = new OtherGroup(calm, token)) {
      gateway.open(shared.connections());
      other.open();
      beside.open();
      return new Storms(gateway, other, beside, shared, options, progress).run();
    }
  }

  private record Storms(
      FanoutPair<ServerSource> gateway,
      OtherGroup other,
      OtherGroup beside,
      Shared shared,
      BenchOptions options,
      Progress progress) {
    List<Result> run() throws Exception {
      List<Double> seconds = new ArrayList<>();
      List<Double> processor = new ArrayList<>();
      Paired p99 = new Paired("storm_p99_ratio", "ms", Optional.of(new Target.RatioAtMost(2)));
      Paired toBeside = new Paired("storm_p99_to_beside", "ms", Optional.empty());
      other.begin();
      beside.begin();
      long newest = FedLog.CREATED;
      for (int round = 0; round <= Math.min(ROUNDS_MAX, options.rounds()); round++) {
        other.forgetTimes();
        TimeUnit.SECONDS.sleep(options.roundSeconds());
        double before = other.percentileMillis();
        gateway.load().closeAll();
        var _ = gateway.source().push(MISSED, FanoutBenchmark.SMALL);
        long processorBefore = gateway.source().processorTime().toNanos();
        other.forgetTimes();
        beside.forgetTimes();
        long began = System.nanoTime();
        long there = gateway.load().reopen(shared.connections(), newest, MISSED);
        // What was made meanwhile and is late counts.
        TimeUnit.MILLISECONDS.sleep(LATE_MILLIS);
        double meanwhile = other.percentileMillis();
        double meanwhileBeside = beside.percentileMillis();
        TimeUnit.MILLISECONDS.sleep(LATE_MILLIS);
        newest += MISSED;
        double took = (there - began) / 1e9;
        double used = (gateway.source().processorTime().toNanos() - processorBefore) / 1e9;
        progress.step(
            String.format(
                "round %d: all there after %.1f s (%.1f s of the processors); other group's p99"
                    + " %.2f ms, before %.2f ms; on another gateway %.2f ms",
                round, took, used, meanwhile, before, meanwhileBeside));
        if (round > 0) {
          seconds.add(took);
          processor.add(used);
          p99.round(meanwhile, before);
          toBeside.round(meanwhile, meanwhileBeside);
        }
      }
      other.end();
      beside.end();
      return List.of(
          Result.against("storm_s", Paired.median(seconds), "s", new Target.ValueAtMost(30)),
          p99.result(),
          toBeside.result(),
          Result.plain("storm_cpu_s", Paired.median(processor), "s"));
    }
  }
}
