package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.deploy.Directories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What ordering costs and how soon it goes on, on one broker of this process, or on three. */
final class OrderBenchmark implements Benchmark {
  static final int RECORD_BYTES_MAX = 4 << 20;

  @Override
  public String summary() {
    return "submit -> entry visible to a reader, against two raw Kafka hops; takeover; many groups";
  }

  @Override
  public void run(BenchOptions options, Progress progress, Rows rows) throws Exception {
    Path dir = Files.createTempDirectory("lockstep-bench");
    try {
      List<OrderPart> onOneBroker = new ArrayList<>(options.parts());
      if (onOneBroker.remove(OrderPart.RF3)) {
        rows.part(
            OrderPart.RF3.label(), () -> new LatencyPart().runReplicated(dir, options, progress));
      }
      if (!onOneBroker.isEmpty()) {
        runOnOneBroker(onOneBroker, dir, options, progress, rows);
      }
    } finally {
      Directories.deleteAll(dir);
    }
  }

  private static void runOnOneBroker(
      List<OrderPart> parts, Path dir, BenchOptions options, Progress progress, Rows rows)
      throws Exception {
    progress.step("starting an embedded broker");
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      for (OrderPart part : parts) {
        rows.part(
            part.label(),
            () ->
                switch (part) {
                  case LATENCY -> new LatencyPart().run(broker, dir, options, progress);
                  case RF3 -> throw new IllegalArgumentException("needs brokers of its own");
                  case DRAIN -> new DrainPart().run(broker, dir, options.rounds(), progress);
                  case TAKEOVER -> new TakeoverPart().run(broker, dir, options.kills(), progress);
                  case GROUPS ->
                      new GroupsPart(broker, dir, progress).run(options.groups(), options.rounds());
                });
      }
    }
  }
}
