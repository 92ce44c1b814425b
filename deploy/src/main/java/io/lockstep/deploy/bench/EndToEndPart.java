package io.lockstep.deploy.bench;

import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.deploy.Directories;
import io.lockstep.deploy.bench.FanoutBenchmark.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From a submission to the last receipt: a broker and a sequencer in one process, a gateway node, a
 * load client and the one who submits; against the raw writer, which has its messages already.
 */
final class EndToEndPart {
  private static final String BACKEND_HEAP = "1g";
  private static final double ABOVE_RAW_MILLIS = 15;

  /** Messages before the first that is measured: the system has been in use for a while. */
  private static final int BEFORE = 5_000;

  private EndToEndPart() {}

  static List<Result> run(FanoutToken token, Shared shared, BenchOptions options, Progress progress)
      throws Exception {
    Path dir = Files.createTempDirectory("lockstep-bench");
    progress.step("starting a broker and a sequencer");
    try (ChildJvm backend =
        ChildJvm.start(
            JvmCommand.measured(BackendProcess.class, BACKEND_HEAP).with(dir.toString()))) {
      String kafka = backend.hear("kafka");
      try (FanoutPair<SubmittedSource> system =
              FanoutPair.gateway(SubmittedSource.start(token, kafka), token, shared.each());
          FanoutPair<ServerSource> raw = FanoutPair.raw(shared.each())) {
        progress.step(BEFORE + " messages before anybody reads");
        system.source().warmUp(BEFORE, FanoutBenchmark.SMALL);
        progress.step(shared + ": the whole system and the raw writer");
        system.open(shared.connections());
        raw.open(shared.connections());
        return measure(system, raw, options, progress);
      }
    } finally {
      Directories.deleteAll(dir);
    }
  }

  private static List<Result> measure(
      FanoutPair<?> system, FanoutPair<?> raw, BenchOptions options, Progress progress)
      throws Exception {
    Paired median =
        new Paired(
            "end_to_end_p50_ms", "ms", Optional.of(new Target.AboveAtMost(ABOVE_RAW_MILLIS)));
    List<Double> all = new ArrayList<>();
    for (int round = 0; round <= options.rounds(); round++) {
      List<Double> of = lastReceipts(system);
      double limit = Paired.median(lastReceipts(raw));
      progress.step(
          String.format(
              "round %d: submission to last receipt %.1f ms (raw writer alone %.1f ms)",
              round, Paired.median(of), limit));
      if (round > 0) {
        median.round(Paired.median(of), limit);
        all.addAll(of);
      }
    }
    long[] nanos = all.stream().mapToLong(millis -> (long) (millis * 1e6)).toArray();
    return List.of(
        median.result(),
        Result.plain("end_to_end_p99_ms", Paired.percentile(nanos, 0.99) / 1e6, "ms"));
  }

  private static List<Double> lastReceipts(FanoutPair<?> pair) throws Exception {
    return pair.lastReceipts(pair.streams(), FanoutBenchmark.SMALL, FanoutBenchmark.LATENCIES);
  }
}
