package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Two owners in processes of their own, killed in turns. Right after each kill one message is
 * submitted to every partition of the dead owner; what is measured is the time from the kill to the
 * last of their entries.
 */
final class TakeoverPart {
  private static final LogName LOG = new LogName("bench.takeover");
  private static final int PARTITIONS = 16;
  private static final int PAYLOAD_BYTES = 256;
  private static final int ANSWER_SECONDS_MAX = 30;

  private final StreamFold fold = new StreamFold();
  private final GroupTraffic traffic = new GroupTraffic(PAYLOAD_BYTES);
  private final Map<Integer, Integer> groupOf = new HashMap<>();

  List<Result> run(EmbeddedBroker broker, Path dir, int kills, Progress progress) throws Exception {
    LogTopics.ensure(
        broker.connection(), LOG, new LogTopicSpec(PARTITIONS, 1, OrderBenchmark.RECORD_BYTES_MAX));
    LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(fold);
    List<OwnerProcess> owners = new ArrayList<>();
    long[] nanos = new long[kills];
    try (ChainedReader<StreamEntry> reader = ChainedReader.start(broker.connection(), LOG, format);
        LogClient<StreamCommand, StreamEntry> client =
            LogClient.start(broker.connection(), format, reader)) {
      for (String name : List.of("a", "b")) {
        owners.add(OwnerProcess.start(broker.connection(), LOG, dir, name));
      }
      List<Set<Integer>> owned = new ArrayList<>();
      for (OwnerProcess owner : owners) {
        owned.add(owner.await(PARTITIONS / 2, PARTITIONS / 2));
      }
      createGroups(client);
      for (int kill = 0; kill < kills; kill++) {
        int victim = kill % 2;
        progress.step("takeover: kill " + (kill + 1) + " of " + kills);
        long start = System.nanoTime();
        owners.get(victim).kill();
        answer(client, owned.get(victim));
        nanos[kill] = System.nanoTime() - start;
        owners.set(
            victim, OwnerProcess.start(broker.connection(), LOG, dir, victim == 0 ? "a" : "b"));
        owned.set(victim, owners.get(victim).await(PARTITIONS / 2, PARTITIONS / 2));
        // Each owns its partitions and writes them again, so that the next kill hits an owner.
        answer(client, groupOf.keySet());
      }
    } finally {
      owners.forEach(OwnerProcess::close);
    }
    return List.of(
        result("takeover_p50_ms", Paired.percentile(nanos, 0.5), 500),
        result("takeover_max_ms", Paired.percentile(nanos, 1), 2_000));
  }

  private static Result result(String id, double nanos, double atMost) {
    return new Result(
        id,
        nanos / 1e6,
        "ms",
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.of(new Target.ValueAtMost(atMost)));
  }

  /** One group in each partition. */
  private void createGroups(LogClient<StreamCommand, StreamEntry> client) throws Exception {
    for (int group = 0; groupOf.size() < PARTITIONS; group++) {
      StreamCommand create = traffic.create(group);
      int partition = Partitions.of(fold.commandKey(create), PARTITIONS);
      if (groupOf.putIfAbsent(partition, group) == null) {
        client.submit(create).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
      }
    }
  }

  private void answer(LogClient<StreamCommand, StreamEntry> client, Set<Integer> partitions)
      throws Exception {
    List<CompletableFuture<LogEntry<StreamEntry>>> answers = new ArrayList<>();
    for (int partition : partitions) {
      answers.add(client.submit(traffic.message(groupOf.get(partition))));
    }
    for (CompletableFuture<LogEntry<StreamEntry>> answer : answers) {
      if (!answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS).entry().hasSequenced()) {
        throw new IllegalStateException("a message was not sequenced");
      }
    }
  }
}
