package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.deploy.Directories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One gateway, TLS 1.3, one stream on each connection: how many are served, and what one costs. */
final class TlsPart {
  /** So that classes and compiled code are not counted as memory of connections. */
  private static final int FIRST_MAX = 1_000;

  private static final int FIRST_SHARE = 10;
  private static final int MESSAGES = 10;

  private TlsPart() {}

  static List<Result> run(
      FanoutToken token, int connections, BenchOptions options, Progress progress)
      throws Exception {
    Path dir = Files.createTempDirectory("lockstep-bench");
    try {
      TlsFiles files = LoopbackCertificate.write(dir);
      try (ServerSource gateway = ServerSource.gatewayOverTls(token, files);
          LoadClient load = LoadClient.overTls(gateway.port(), token.text(), files)) {
        return run(gateway, load, connections, progress);
      }
    } finally {
      Directories.deleteAll(dir);
    }
  }

  private static List<Result> run(
      ServerSource gateway, LoadClient load, int connections, Progress progress) throws Exception {
    int first = Math.min(FIRST_MAX, connections / FIRST_SHARE);
    load.open(first);
    push(gateway, load, first);
    ServerMemory before = gateway.memory();
    long processorBefore = gateway.processorTime().toNanos();
    long began = System.nanoTime();
    load.open(connections - first, FedLog.CREATED + MESSAGES);
    double seconds = (System.nanoTime() - began) / 1e9;
    long processor = gateway.processorTime().toNanos() - processorBefore;
    ServerMemory after = gateway.memory();
    int more = connections - first;
    double each = after.wholeSince(before) / more / 1_024;
    double inJava = (after.java() - before.java()) / more / 1_024;
    progress.step(
        String.format(
            "%d connections over TLS, %.0f a second: %.1f KiB each (heap and buffers %.1f KiB)",
            connections, more / seconds, each, inJava));
    double last = push(gateway, load, connections);
    ServerMemory loaded = gateway.memory();
    // The first ones have had the messages of the first push as well.
    long served = load.served(MESSAGES) + load.served(2 * MESSAGES);
    progress.step(String.format("%d of them have got %d messages", served, MESSAGES));
    return List.of(
        Result.against(
            "tls_connections",
            (double) served,
            "",
            new Target.ValueAtLeast(Math.min(FanoutBenchmark.SEPARATE_MAX, connections))),
        each(each),
        Result.plain("tls_heap_and_buffers_kib", inJava, "KiB"),
        Result.plain("tls_kib_after_messages", loaded.wholeSince(before) / more / 1_024, "KiB"),
        Result.plain("tls_connects_per_s", more / seconds, "1/s"),
        Result.plain("tls_cpu_us_per_connect", processor / 1e3 / more, "us"),
        Result.plain("tls_last_receipt_ms", last, "ms"));
  }

  private static Result each(double kib) {
    String id = "tls_kib_per_connection";
    return Double.isNaN(kib)
        ? Result.absent(id, "KiB", "the system does not tell")
        : Result.against(id, kib, "KiB", new Target.ValueAtMost(36));
  }

  /** Messages one by one; median of the times to the last receipt. */
  private static double push(ServerSource gateway, LoadClient load, int readers) throws Exception {
    load.expect(readers);
    long[] nanos = new long[MESSAGES];
    for (int i = 0; i < MESSAGES; i++) {
      long pushed = gateway.push(1, FanoutBenchmark.SMALL);
      nanos[i] = load.got() - pushed;
    }
    return Paired.percentile(nanos, 0.5) / 1e6;
  }
}
