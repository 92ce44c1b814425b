package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs whose first records Kafka has removed. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TrimmedLogEndToEndTest {
  private static final int KEYS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final CounterFold fold = new CounterFold();
  private final LogFormat<Add, Added> format = LogFormat.of(fold);

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
    admin = Admin.create(broker.connection().settings(Map.of()));
  }

  @AfterAll
  static void stopBroker() {
    admin.close();
    broker.close();
  }

  private static LogName log(String name) {
    LogName log = new LogName(name);
    LogTopics.ensure(broker.connection(), log, new LogTopicSpec(1, 1, 100_000));
    return log;
  }

  private FoldService<Counter, Add, Added> owner(LogName log, String disk) throws Exception {
    FoldService<Counter, Add, Added> owner =
        FoldService.start(
            fold,
            FoldServiceConfig.of(
                broker.connection(), log, dir.resolve(log.name() + disk), "127.0.0.1:1"));
    assertTrue(owner.awaitOwned(1, PATIENCE));
    return owner;
  }

  private void submit(LogName log, int from, int to) throws Exception {
    try (ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
      List<CompletableFuture<?>> answers = new ArrayList<>();
      for (int i = from; i < to; i++) {
        answers.add(client.submit(new Add("key" + i % KEYS, 1 + i)));
      }
      for (CompletableFuture<?> answer : answers) {
        answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static void trim(String topic, long before) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    admin
        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
        .all()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static Map<String, Optional<Counter>> states(FoldService<Counter, Add, Added> owner)
      throws Exception {
    Map<String, Optional<Counter>> states = new HashMap<>();
    for (int key = 0; key < KEYS; key++) {
      states.put("key" + key, owner.view().state("key" + key).state());
    }
    return states;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Test
  void anOwnerGoesOnWithItsDiskAndWithoutAndTheLogIsProvedFromItsCheckpoint() throws Exception {
    LogName log = log("trimmed");
    Map<String, Optional<Counter>> live;
    try (var owner = owner(log, "a")) {
      submit(log, 0, 200);
      live = states(owner);
    }
    trim(log.log(), 150);
    trim(log.submissions(), 150);

    try (var owner = owner(log, "a")) {
      assertEquals(live, states(owner));
      await(() -> owner.view().history("key3", 0, 100, 1 << 20).firstAvailable() == 9);
      HistoryPage<Added> page = owner.view().history("key3", 0, 100, 1 << 20);
      assertEquals(
          List.of(9L, 10L), page.items().stream().map(HistoryPage.Item::sequence).toList());
    }
    try (var fresh = owner(log, "b")) {
      assertEquals(live, states(fresh), "what was published is what was live");
      submit(log, 200, 300);
      HistoryPage<Added> page = fresh.view().history("key3", 0, 100, 1 << 20);
      assertEquals(11, page.firstAvailable(), "its history begins where it was restored from");
      live = states(fresh);
    }
    try (var again = owner(log, "a")) {
      assertEquals(live, states(again));
    }
    LogReport report = LogVerifier.verify(broker.connection(), log, Duration.ofSeconds(1), p -> {});
    PartitionReport partition = report.partitions().getFirst();
    assertTrue(partition.isProved(), report::toString);
    assertEquals(150, partition.begin());
    assertTrue(partition.from().logOffset() >= 149, partition::toString);
    try (ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format)) {
      ChainPosition begun =
          reader.follow(0, new StartAt.Beginning()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertEquals(partition.from(), begun);
    }
  }

  @Test
  void anIdlePartitionWithoutAnyRecordGoesOnFromTheNewestWatermark() throws Exception {
    LogName log = log("idle");
    try (var owner = owner(log, "a")) {
      submit(log, 0, 60);
      assertEquals(1, owner.owned().size());
    }
    trim(log.log(), -1);
    trim(log.submissions(), -1);

    try (var fresh = owner(log, "b")) {
      assertEquals(4, fresh.view().history("key3", 0, 100, 1 << 20).firstAvailable());
      submit(log, 60, 100);
      HistoryPage<Added> page = fresh.view().history("key3", 0, 100, 1 << 20);
      assertEquals(4, page.firstAvailable());
      assertEquals(2, page.items().size());
      assertEquals(5, fresh.view().state("key3").state().orElseThrow().sequence());
    }
    try (var other = owner(log, "c")) {
      assertEquals(5, other.view().state("key3").state().orElseThrow().sequence());
    }
  }

  @Test
  void submissionsThatWereRemovedBeforeTheyWereAnsweredHaltTheirPartition() throws Exception {
    LogName log = log("unanswered");
    try (var owner = owner(log, "a")) {
      submit(log, 0, 20);
      assertEquals(1, owner.owned().size());
    }
    submitThreeAndRemoveTwo(log);

    try (var owner =
        FoldService.start(
            fold,
            FoldServiceConfig.of(
                broker.connection(), log, dir.resolve("unanswereda"), "127.0.0.1:1"))) {
      await(() -> owner.counts().halted() == 1);
      assertEquals(0, owner.owned().size());
    }
  }

  private static void submitThreeAndRemoveTwo(LogName log) throws Exception {
    try (var producer = Clients.producer(broker.connection(), Map.of())) {
      for (int i = 0; i < 3; i++) {
        producer
            .send(new ProducerRecord<>(log.submissions(), 0, new byte[0], new byte[0]))
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
    trim(log.submissions(), 22);
  }
}
