package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Submit to entry visible to a reader, against two raw Kafka hops on the same brokers. Open loop:
 * messages are sent at their times whether or not the ones before have arrived.
 */
final class LatencyPart {
  private static final List<Integer> RATES = List.of(100, 1000);
  private static final int REPLICATED_RATE = 100;
  private static final int WARM_UP_ROUNDS = 2;
  private static final int PAYLOAD_BYTES = 1024;
  private static final int PARTITIONS = 16;
  private static final int ANSWER_SECONDS_MAX = 30;

  List<Result> run(EmbeddedBroker broker, Path dir, BenchOptions options, Progress progress)
      throws Exception {
    List<Figure> figures = new ArrayList<>();
    for (int rate : RATES) {
      figures.add(new Figure("latency_p50_" + rate, rate, 0.50, 1.2));
      figures.add(new Figure("latency_p99_" + rate, rate, 0.99, 1.5));
    }
    return run(broker.connection(), 1, dir.resolve("owner"), figures, options, progress);
  }

  /** On three brokers, with three copies of which two must be there before an answer. */
  List<Result> runReplicated(Path dir, BenchOptions options, Progress progress) throws Exception {
    progress.step("latency: starting three brokers");
    try (BrokerProcess.Cluster cluster = BrokerProcess.Cluster.start(dir.resolve("rf3"))) {
      Figure figure = new Figure("latency_p50_rf3", REPLICATED_RATE, 0.50, 1.5);
      return run(
          cluster.connection(),
          BrokerProcess.BROKERS,
          dir.resolve("owner-rf3"),
          List.of(figure),
          options,
          progress);
    }
  }

  /** One line of the report: a percentile at a rate, and the most it may be of the baseline's. */
  private record Figure(String id, int rate, double percentile, double ratioMax) {
    Paired paired() {
      return new Paired(id, "ms", Optional.of(new Target.RatioAtMost(ratioMax)));
    }
  }

  private static List<Result> run(
      KafkaConnection kafka,
      int replication,
      Path dir,
      List<Figure> figures,
      BenchOptions options,
      Progress progress)
      throws Exception {
    try (Pipeline raw = RawHops.start(kafka, PARTITIONS, replication, PAYLOAD_BYTES);
        Pipeline chained =
            ChainedLog.start(
                kafka,
                new LogTopicSpec(PARTITIONS, replication, OrderBenchmark.RECORD_BYTES_MAX),
                PAYLOAD_BYTES,
                dir)) {
      progress.step("latency: warming up");
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        for (int rate : rates(figures)) {
          measure(raw, rate, options.roundSeconds());
          measure(chained, rate, options.roundSeconds());
        }
      }
      return measureInTurns(raw, chained, figures, options, progress);
    }
  }

  private static Set<Integer> rates(List<Figure> figures) {
    return figures.stream().map(Figure::rate).collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Result> measureInTurns(
      Pipeline raw, Pipeline chained, List<Figure> figures, BenchOptions options, Progress progress)
      throws Exception {
    Map<Figure, Paired> pairs = new LinkedHashMap<>();
    figures.forEach(figure -> pairs.put(figure, figure.paired()));
    for (int round = 1; round <= options.rounds(); round++) {
      progress.step("latency: round " + round + " of " + options.rounds());
      for (int rate : rates(figures)) {
        long[] baseline = measure(raw, rate, options.roundSeconds());
        long[] measured = measure(chained, rate, options.roundSeconds());
        pairs.forEach(
            (figure, pair) -> {
              if (figure.rate() == rate) {
                pair.round(
                    millis(measured, figure.percentile()), millis(baseline, figure.percentile()));
              }
            });
      }
    }
    return pairs.values().stream().map(Paired::result).toList();
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
