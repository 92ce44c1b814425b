package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two owners in processes of their own. One is killed, stopped and woken, asked to end: submissions
 * go on, each is answered once, and nobody waits for the session timeout of three seconds.
 */
class StandbyEndToEndTest {
  private static final LogTopicSpec TOPICS = new LogTopicSpec(4, 1, 1 << 20);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Below the session timeout. What it takes is measured by {@code lockstep bench order}. */
  private static final Duration STALL_MAX = Duration.ofMillis(2500);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static OwnerProcess start(LogName log, String name) throws Exception {
    return OwnerProcess.start(
        broker.connection(), log, dir.resolve(log.name() + name), name + ":1");
  }

  /** A log with two owners that share it, and somebody who submits all the time. */
  private static final class Pair implements AutoCloseable {
    private final LogFormat<Add, Added> format = LogFormat.of(new CounterFold());
    final LogName log;
    final OwnerProcess a;
    final OwnerProcess b;
    final ChainedReader<Added> reader;
    final LogClient<Add, Added> client;
    final SteadySubmitter steady;

    Pair(String name) throws Exception {
      this(name, Duration.ofSeconds(1), LogClientLimits.standard());
    }

    /**
     * @param flushB how often b publishes states and watermarks
     */
    Pair(String name, Duration flushB, LogClientLimits limits) throws Exception {
      log = new LogName(name);
      LogTopics.ensure(broker.connection(), log, TOPICS);
      a = start(log, "a");
      b =
          OwnerProcess.start(
              broker.connection(), log, dir.resolve(log.name() + "b"), "b:1", flushB);
      reader = ChainedReader.start(broker.connection(), log, format);
      client = LogClient.start(broker.connection(), format, reader, limits);
      assertTrue(a.await(2, 2));
      assertTrue(b.await(2, 2));
      steady = new SteadySubmitter(client);
      awaitAnswered(steady, 400);
      settled(steady);
    }

    void checkLog() throws Exception {
      List<LogEntry<Added>> answers = steady.finish();
      List<LogEntry<Added>> entries =
          WholeLog.readUntil(broker.connection(), log, format, l -> l.size() >= answers.size());
      assertEquals(answers.size(), entries.size(), "as many entries as submissions");
      Set<LogEntry<Added>> distinct = new HashSet<>(entries);
      assertTrue(distinct.containsAll(answers), "what was answered is what stands in the log");
    }

    @Override
    public void close() {
      steady.close();
      client.close();
      reader.close();
      a.close();
      b.close();
    }
  }

  @Test
  void aKilledOwnersPartitionsAreWrittenByTheStandbyAndNothingIsLostOrDoubled() throws Exception {
    try (Pair pair = new Pair("killed")) {
      pair.a.kill();
      awaitAnswered(pair.steady, pair.steady.answered() + 600);
      assertStall("killed", pair.steady.takeLongest());
      try (OwnerProcess again = start(pair.log, "a")) {
        assertTrue(again.await(2, 2));
        awaitAnswered(pair.steady, pair.steady.answered() + 200);
        pair.b.kill();
        awaitAnswered(pair.steady, pair.steady.answered() + 600);
        assertStall("killed the other way round", pair.steady.takeLongest());
        pair.checkLog();
        awaitCommitted(pair.log);
      }
    }
  }

  @Test
  void aZombieThatWakesUpWritesCopiesAtMost() throws Exception {
    try (Pair pair = new Pair("zombie")) {
      pair.a.signal("STOP");
      // Until the group has given its partitions away: it is a zombie then.
      assertTrue(pair.b.await(4, 0));
      assertStall("stopped", pair.steady.takeLongest());
      pair.a.signal("CONT");
      assertTrue(pair.a.await(2, 2));
      awaitAnswered(pair.steady, pair.steady.answered() + 600);
      assertStall("woken", pair.steady.takeLongest());
      pair.checkLog();
      assertEquals(0, pair.reader.counts().stuck());
    }
  }

  @Test
  void anOwnerThatIsAskedToEndHandsOverFirst() throws Exception {
    try (Pair pair = new Pair("handover")) {
      assertTrue(pair.a.stop());
      assertTrue(pair.b.await(4, 0));
      awaitAnswered(pair.steady, pair.steady.answered() + 200);
      assertStall("asked to end", pair.steady.takeLongest());
      pair.checkLog();
    }
  }

  /**
   * As it takes over it makes itself known with the watermark that is there already; what it has
   * written stands behind that one, and its states are nowhere but in the log.
   */
  @Test
  void aStandbyThatDiesBeforeItsFirstWatermarkLeavesNothingUnanswered() throws Exception {
    LogClientLimits patient = new LogClientLimits(PATIENCE, 100_000, 64 << 20, PATIENCE);
    try (Pair pair = new Pair("unpublished", Duration.ofDays(1), patient)) {
      pair.a.kill();
      awaitAnswered(pair.steady, pair.steady.answered() + 600);
      pair.b.kill();
      awaitSame(pair.log, pair.format, pair.reader);
      long unpublished = entriesBehindTheWatermarks(pair.log, pair.reader);
      assertTrue(unpublished >= 600, "b has published what it wrote, all but " + unpublished);
      try (OwnerProcess c = start(pair.log, "c")) {
        assertTrue(c.await(4, 0));
        awaitAnswered(pair.steady, pair.steady.answered() + 600);
        pair.checkLog();
        assertEquals(0, pair.reader.counts().stuck());
      }
    }
  }

  private static long entriesBehindTheWatermarks(LogName log, ChainedReader<Added> reader) {
    long entries = 0;
    try (StartLookup starts = StartLookup.open(broker.connection(), log)) {
      for (int p = 0; p < TOPICS.partitions(); p++) {
        ChainPosition published = starts.known(p).join().watermark().orElse(ChainPosition.START);
        entries += reader.position(p).orElseThrow().source() - published.source();
      }
    }
    return entries;
  }

  /** One that begins at the watermarks comes to the same places as one that was there before. */
  private static void awaitSame(
      LogName log, LogFormat<Add, Added> format, ChainedReader<Added> before) throws Exception {
    try (ChainedReader<Added> fresh = ChainedReader.start(broker.connection(), log, format)) {
      fresh.followAll().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      for (int p = 0; p < TOPICS.partitions(); p++) {
        int partition = p;
        await(
            () -> fresh.position(partition).equals(before.position(partition)),
            () -> fresh.position(partition) + " and " + before.position(partition));
      }
    }
  }

  private static void await(BooleanSupplier condition, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, otherwise);
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /** Shows what waits are like while nothing happens. */
  private static void settled(SteadySubmitter steady) {
    var _ = steady.takeLongest();
    awaitAnswered(steady, steady.answered() + 200);
    assertStall("undisturbed", steady.takeLongest());
  }

  private static void assertStall(String what, Duration longest) {
    System.out.println(what + ": longest wait for an answer " + longest.toMillis() + " ms");
    assertTrue(longest.compareTo(STALL_MAX) < 0, what + ": " + longest);
  }

  private static void awaitAnswered(SteadySubmitter steady, long count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (steady.answered() < count) {
      assertTrue(System.nanoTime() < deadline, "answered " + steady.answered());
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /** What {@code kafka-consumer-groups} shows as lag comes to nothing. */
  private static void awaitCommitted(LogName log) throws InterruptedException, ExecutionException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (Admin admin = Admin.create(broker.connection().settings(Map.of()));
        Offsets offsets = new Offsets(broker.connection())) {
      while (true) {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin.listConsumerGroupOffsets(log.ownersGroup()).partitionsToOffsetAndMetadata().get();
        boolean all =
            !committed.isEmpty()
                && offsets.ends(committed.keySet()).join().entrySet().stream()
                    .allMatch(end -> committed.get(end.getKey()).offset() == end.getValue());
        if (all) {
          return;
        }
        assertTrue(System.nanoTime() < deadline, "committed: " + committed);
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }
}
