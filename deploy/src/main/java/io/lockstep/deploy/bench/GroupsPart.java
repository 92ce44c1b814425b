package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.deploy.Directories;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An owner in a process of its own that knows few groups, then many: how fast it answers, how large
 * its heap is, and how soon it is back with its disk and without.
 */
final class GroupsPart {
  private static final LogName LOG = new LogName("bench.groups");
  private static final int PARTITIONS = 64;
  private static final int FEW = 1_000;
  private static final int MILLION = 1_000_000;
  private static final int PAYLOAD_BYTES = 256;
  private static final int BACKLOG = 50_000;
  private static final int SECONDS_MAX = 900;
  private static final double HEAP_MB_MAX = 512;

  private final GroupTraffic traffic = new GroupTraffic(PAYLOAD_BYTES);
  private final KafkaConnection kafka;
  private final Path dir;
  private final Progress progress;
  private String known = "";

  GroupsPart(EmbeddedBroker broker, Path dir, Progress progress) {
    this.kafka = broker.connection();
    this.dir = dir;
    this.progress = progress;
  }

  List<Result> run(int groups, int rounds) throws Exception {
    known = groups == MILLION ? "1m_groups" : groups + "_groups";
    LogTopics.ensure(kafka, LOG, new LogTopicSpec(PARTITIONS, 1, OrderBenchmark.RECORD_BYTES_MAX));
    LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(new StreamFold());
    List<Result> results = new ArrayList<>();
    try (ChainedReader<StreamEntry> reader = ChainedReader.start(kafka, LOG, format)) {
      reader.followAll().join();
      create(reader, 0, FEW);
      List<Double> few = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        few.add(rate(reader, FEW));
      }
      create(reader, FEW, groups);
      List<Double> many = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        many.add(rate(reader, groups));
      }
      double before = Paired.median(few);
      double after = Paired.median(many);
      results.add(
          new Result(
              "drain_" + known,
              after,
              "1/s",
              OptionalDouble.of(before),
              OptionalDouble.of(after / before),
              Optional.of(new Target.RatioAtLeast(0.8))));
      results.addAll(restores());
    }
    return results;
  }

  private void create(ChainedReader<StreamEntry> reader, int from, int to) throws Exception {
    progress.step("groups: creating " + (to - from));
    Backlog.Arrivals created = new Backlog.Arrivals(to - from);
    reader.addListener(created);
    try (OwnerProcess owner = OwnerProcess.start(kafka, LOG, dir, "groups")) {
      Backlog.fill(
          kafka, to - from, i -> Backlog.record(LOG, PARTITIONS, traffic.create(from + i)));
      double rate = created.rate(SECONDS_MAX);
      progress.step(String.format("groups: created at %.0f/s", rate));
      owner.await(PARTITIONS, 0);
      owner.stop();
    } finally {
      reader.removeListener(created);
    }
  }

  /** Of messages to random groups. */
  private double rate(ChainedReader<StreamEntry> reader, int groups) throws Exception {
    progress.step("groups: messages to " + groups);
    Backlog.fill(
        kafka,
        BACKLOG,
        _ ->
            Backlog.record(
                LOG, PARTITIONS, traffic.message(ThreadLocalRandom.current().nextInt(groups))));
    Backlog.Arrivals arrivals = new Backlog.Arrivals(BACKLOG);
    reader.addListener(arrivals);
    try (OwnerProcess owner = OwnerProcess.start(kafka, LOG, dir, "groups")) {
      double rate = arrivals.rate(SECONDS_MAX);
      owner.stop();
      return rate;
    } finally {
      reader.removeListener(arrivals);
    }
  }

  private List<Result> restores() throws Exception {
    List<Result> results = new ArrayList<>();
    progress.step("groups: start with its disk");
    long start = System.nanoTime();
    try (OwnerProcess owner = OwnerProcess.start(kafka, LOG, dir, "groups")) {
      owner.await(PARTITIONS, 0);
      results.add(bounded("restore_local_s", seconds(start), "s", 5));
      results.add(bounded("heap_" + known + "_mb", owner.heapBytes() / 1e6, "MB", HEAP_MB_MAX));
      owner.stop();
    }
    Directories.deleteAll(dir.resolve("groups"));
    progress.step("groups: start without its disk");
    start = System.nanoTime();
    try (OwnerProcess owner = OwnerProcess.start(kafka, LOG, dir, "groups")) {
      owner.await(PARTITIONS, 0);
      results.add(bounded("restore_state_topic_s", seconds(start), "s", 60));
      owner.stop();
    }
    return results;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static Result bounded(String id, double value, String unit, double atMost) {
    return new Result(
        id,
        value,
        unit,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.of(new Target.ValueAtMost(atMost)));
  }
}
