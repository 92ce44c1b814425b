package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Submit to entry visible to a reader, against two raw Kafka hops on the same broker. Open loop:
 * messages are sent at their times whether or not the ones before have arrived.
 */
final class LatencyPart {
  private static final int[] RATES = {100, 1000};
  private static final int PAYLOAD_BYTES = 1024;
  private static final int PARTITIONS = 16;
  private static final int ANSWER_SECONDS_MAX = 30;

  List<Result> run(EmbeddedBroker broker, Path dir, BenchOptions options, Progress progress)
      throws Exception {
    try (Pipeline raw = RawHops.start(broker.connection(), PARTITIONS, PAYLOAD_BYTES);
        Pipeline chained =
            ChainedLog.start(
                broker.connection(),
                new LogTopicSpec(PARTITIONS, 1, OrderBenchmark.RECORD_BYTES_MAX),
                PAYLOAD_BYTES,
                dir.resolve("owner"))) {
      progress.step("latency: warming up");
      for (int rate : RATES) {
        measure(raw, rate, options.roundSeconds());
        measure(chained, rate, options.roundSeconds());
      }
      return measureInTurns(raw, chained, options, progress);
    }
  }

  private static List<Result> measureInTurns(
      Pipeline raw, Pipeline chained, BenchOptions options, Progress progress) throws Exception {
    Map<Integer, Paired> p50 = new LinkedHashMap<>();
    Map<Integer, Paired> p99 = new LinkedHashMap<>();
    for (int rate : RATES) {
      p50.put(rate, paired("latency_p50_" + rate, new Target.RatioAtMost(1.2)));
      p99.put(rate, paired("latency_p99_" + rate, new Target.RatioAtMost(1.5)));
    }
    for (int round = 1; round <= options.rounds(); round++) {
      progress.step("latency: round " + round + " of " + options.rounds());
      for (int rate : RATES) {
        long[] baseline = measure(raw, rate, options.roundSeconds());
        long[] measured = measure(chained, rate, options.roundSeconds());
        p50.get(rate).round(millis(measured, 0.50), millis(baseline, 0.50));
        p99.get(rate).round(millis(measured, 0.99), millis(baseline, 0.99));
      }
    }
    List<Result> results = new ArrayList<>();
    for (int rate : RATES) {
      results.add(p50.get(rate).result());
      results.add(p99.get(rate).result());
    }
    return results;
  }

  private static Paired paired(String id, Target target) {
    return new Paired(id, "ms", Optional.of(target));
  }

  private static double millis(long[] nanos, double share) {
    return Paired.percentile(nanos, share) / 1e6;
  }

  /** Sends at a fixed rate, and returns the time from each message's due time to its arrival. */
  private static long[] measure(Pipeline pipeline, int rate, int seconds) throws Exception {
    int count = rate * seconds;
    long interval = TimeUnit.SECONDS.toNanos(1) / rate;
    long[] latencies = new long[count];
    CompletableFuture<?>[] answers = new CompletableFuture<?>[count];
    long start = System.nanoTime() + interval;
    for (int i = 0; i < count; i++) {
      int index = i;
      long due = start + i * interval;
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
        LockSupport.parkNanos(due - now);
      }
      answers[i] =
          pipeline
              .send()
              .thenRun(() -> latencies[index] = System.nanoTime() - due)
              .toCompletableFuture();
    }
    CompletableFuture.allOf(answers).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    return latencies;
  }
}
