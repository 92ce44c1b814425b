package io.lockstep.deploy.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A connection for each of very many clients, over three gateways with a load client each. */
final class TotalPart {
  private static final int PROCESSES = 3;
  private static final int MESSAGES = 20;

  private TotalPart() {}

  static List<Result> run(
      FanoutToken token, int connections, BenchOptions options, Progress progress)
      throws Exception {
    List<FanoutPair<ServerSource>> pairs = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        pairs.add(FanoutPair.gateway(token, 1));
      }
      return run(pairs, connections, progress);
    } finally {
      pairs.forEach(FanoutPair::close);
    }
  }

  private static List<Result> run(
      List<FanoutPair<ServerSource>> pairs, int connections, Progress progress) throws Exception {
    double before = resident(pairs);
    double javaBefore = java(pairs);
    long began = System.nanoTime();
    int left = connections;
    for (int i = 0; i < PROCESSES; i++) {
      int its = left / (PROCESSES - i);
      pairs.get(i).open(its);
      left -= its;
      progress.step(String.format("%d connections to gateway %d", its, i + 1));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    double java = java(pairs) - javaBefore;
    long processorBefore = processor(pairs);
    long[] nanos = new long[MESSAGES];
    for (FanoutPair<ServerSource> pair : pairs) {
      pair.load().expect(pair.streams());
    }
    for (int i = 0; i < MESSAGES; i++) {
      nanos[i] = message(pairs);
    }
    double processor = (processor(pairs) - processorBefore) / 1e3 / MESSAGES / connections;
    double resident = resident(pairs) - before;
    long served = 0;
    for (FanoutPair<ServerSource> pair : pairs) {
      served += pair.load().served(MESSAGES);
    }
    progress.step(
        String.format("%d of %d have got all of %d messages", served, connections, MESSAGES));
    return List.of(
        Result.against("separate_total", (double) served, "", new Target.ValueAtLeast(connections)),
        Result.plain("separate_total_connect_s", seconds, "s"),
        Result.plain("separate_total_p50_ms", Paired.percentile(nanos, 0.5) / 1e6, "ms"),
        Result.plain("separate_total_max_ms", Paired.percentile(nanos, 1) / 1e6, "ms"),
        Result.plain("separate_total_heap_and_buffers_mb", java / (1 << 20), "MiB"),
        Result.plain("separate_total_resident_mb", resident / (1 << 20), "MiB"),
        Result.plain("separate_total_cpu_us_per_delivery", processor, "us"));
  }

  /** Until the last of all has it. */
  private static long message(List<FanoutPair<ServerSource>> pairs) throws IOException {
    long pushed = Long.MAX_VALUE;
    for (FanoutPair<ServerSource> pair : pairs) {
      pushed = Math.min(pushed, pair.source().push(1, FanoutBenchmark.SMALL));
    }
    long last = Long.MIN_VALUE;
    for (FanoutPair<ServerSource> pair : pairs) {
      last = Math.max(last, pair.load().got());
    }
    return last - pushed;
  }

  private static double java(List<FanoutPair<ServerSource>> pairs) throws IOException {
    double sum = 0;
    for (FanoutPair<ServerSource> pair : pairs) {
      sum += pair.source().memory().java();
    }
    return sum;
  }

  /** Of all processes, what is free in their heaps too. */
  private static double resident(List<FanoutPair<ServerSource>> pairs) throws IOException {
    double sum = 0;
    for (FanoutPair<ServerSource> pair : pairs) {
      sum += pair.source().memory().resident();
    }
    return sum;
  }

  private static long processor(List<FanoutPair<ServerSource>> pairs) {
    return pairs.stream()
        .map(pair -> pair.source().processorTime())
        .mapToLong(Duration::toNanos)
        .sum();
  }
}
