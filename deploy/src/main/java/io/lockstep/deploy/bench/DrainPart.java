package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.FoldedStream;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How fast a backlog is answered: from the first to the last of its entries at a reader, against
 * two raw hops with a backlog of the same size.
 */
final class DrainPart {
  private static final int PARTITIONS = 64;
  private static final int GROUPS = 1_000;
  private static final int PAYLOAD_BYTES = 1024;
  private static final int BACKLOG = 100_000;
  private static final int SECONDS_MAX = 300;

  /** The compiler is at work for longer than one round. */
  private static final int WARM_UP_ROUNDS = 5;

  private final GroupTraffic traffic = new GroupTraffic(PAYLOAD_BYTES);

  List<Result> run(EmbeddedBroker broker, Path dir, int rounds, Progress progress)
      throws Exception {
    Paired paired = new Paired("drain", "1/s", Optional.of(new Target.RatioAtLeast(0.75)));
    for (int round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
      progress.step(round < 1 ? "drain: warming up" : "drain: round " + round + " of " + rounds);
      double raw = raw(broker.connection(), round);
      RawHops.deleteTopics(broker.connection(), List.of(first(round), second(round)));
      LogName log = new LogName("bench.drain.chained" + round);
      double chained = chained(broker.connection(), dir.resolve("drain-" + round), log);
      RawHops.deleteTopics(
          broker.connection(),
          List.of(log.submissions(), log.log(), log.state(), log.watermarks()));
      if (round > 0) {
        paired.round(chained, raw);
      }
    }
    return List.of(paired.result());
  }

  private static String first(int round) {
    return "bench.drain.first" + round;
  }

  private static String second(int round) {
    return "bench.drain.second" + round;
  }

  private static double raw(KafkaConnection kafka, int round) throws Exception {
    String first = first(round);
    String second = second(round);
    RawHops.createTopics(kafka, PARTITIONS, 1, List.of(first, second));
    Backlog.fill(
        kafka,
        BACKLOG,
        i -> {
          byte[] value = new byte[PAYLOAD_BYTES];
          ThreadLocalRandom.current().nextBytes(value);
          return new ProducerRecord<>(first, i % PARTITIONS, null, value);
        });
    Backlog.Arrivals arrivals = new Backlog.Arrivals(BACKLOG);
    try (KafkaProducer<byte[], byte[]> forwarder = RawHops.producer(kafka);
        TopicTail out = new TopicTail(kafka, second, PARTITIONS, _ -> arrivals.count());
        TopicTail in =
            new TopicTail(
                kafka,
                first,
                PARTITIONS,
                r -> {
                  var _ =
                      forwarder.send(
                          new ProducerRecord<>(second, r.partition(), r.key(), r.value()));
                })) {
      out.start();
      in.start();
      return arrivals.rate(SECONDS_MAX);
    }
  }

  private double chained(KafkaConnection kafka, Path dir, LogName log) throws Exception {
    LogTopics.ensure(kafka, log, new LogTopicSpec(PARTITIONS, 1, OrderBenchmark.RECORD_BYTES_MAX));
    StreamFold fold = new StreamFold();
    LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(fold);
    FoldServiceConfig config = FoldServiceConfig.of(kafka, log, dir, "127.0.0.1:1");
    try (ChainedReader<StreamEntry> reader = ChainedReader.start(kafka, log, format)) {
      reader.followAll().join();
      Backlog.Arrivals created = new Backlog.Arrivals(GROUPS);
      reader.addListener(created);
      Backlog.fill(kafka, GROUPS, i -> Backlog.record(log, PARTITIONS, traffic.create(i)));
      try (FoldService<FoldedStream, StreamCommand, StreamEntry> owner =
          FoldService.start(fold, config)) {
        owner.awaitOwned(PARTITIONS, Duration.ofSeconds(SECONDS_MAX));
        var _ = created.rate(SECONDS_MAX);
      }
      reader.removeListener(created);
      Backlog.fill(
          kafka, BACKLOG, i -> Backlog.record(log, PARTITIONS, traffic.message(i % GROUPS)));
      Backlog.Arrivals arrivals = new Backlog.Arrivals(BACKLOG);
      reader.addListener(arrivals);
      try (FoldService<FoldedStream, StreamCommand, StreamEntry> owner =
          FoldService.start(fold, config)) {
        double rate = arrivals.rate(SECONDS_MAX);
        if (owner.counts().refolds() > 0) {
          throw new IllegalStateException("the owner wrote in vain: " + owner.counts());
        }
        return rate;
      }
    }
  }
}
