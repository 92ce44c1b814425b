package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka away or hanging, and sequencers gone, while far more is submitted than fits. */
class BackPressureEndToEndTest {
  private static final LogName LOG = new LogName("pressed");

  /** How long Kafka is away or hangs. Some seconds unless a property says so. */
  private static final Duration OUTAGE =
      Duration.ofSeconds(Long.getLong("lockstep.outage-seconds", 7));

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final LogClientLimits LIMITS =
      new LogClientLimits(Duration.ofSeconds(4), 500, 1 << 20, Duration.ofSeconds(1));

  /**
   * Calls may be held for 200 ms by Kafka's producer; the rest is for a machine with much to do.
   */
  private static final Duration CALL_MAX = Duration.ofSeconds(2);

  private static final Duration ANSWER_MAX = LIMITS.answerTimeout().plusSeconds(4);

  @TempDir Path dir;

  private final CounterFold fold = new CounterFold();
  private final LogFormat<Add, Added> format = LogFormat.of(fold);

  private FoldService<Counter, Add, Added> owner(KafkaConnection kafka) {
    FoldService<Counter, Add, Added> owner =
        FoldService.start(
            fold,
            FoldServiceConfig.of(kafka, LOG, dir.resolve("fold"), "127.0.0.1:1")
                .withSessionTimeout(Duration.ofSeconds(3)));
    try {
      assertTrue(owner.awaitOwned(8, PATIENCE));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return owner;
  }

  @Test
  void aBrokerThatIsAwayAndComesBack() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
    KafkaConnection kafka = broker.connection();
    LogTopics.ensure(kafka, LOG, LogTopicSpec.embedded());
    try (FoldService<Counter, Add, Added> owner = owner(kafka);
        ChainedReader<Added> reader = ChainedReader.start(kafka, LOG, format);
        LogClient<Add, Added> client = LogClient.start(kafka, format, reader, LIMITS)) {
      Flood flood = new Flood(client);
      flood.untilAnswered(PATIENCE);
      long producers = producerThreads();
      broker.close();
      flood.forSoLong(OUTAGE.dividedBy(2));
      // As if the records in flight had expired: a new producer is needed, and Kafka is away.
      owner.failProducer();
      flood.forSoLong(OUTAGE.dividedBy(2));
      assertEquals(producers, producerThreads(), "one producer for each, however long it takes");
      System.out.println("away: " + client.counts());
      assertRefused(client.counts());
      broker = EmbeddedBroker.start(dir.resolve("kafka"));
      System.out.println("answered again after " + flood.untilAnswered(PATIENCE));
      flood.check(kafka);
      assertEquals(0, owner.counts().halted());
    } finally {
      broker.close();
    }
  }

  @Test
  void aBrokerThatHangsAndGoesOn() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(dir.resolve("kafka"))) {
      KafkaConnection kafka = broker.connection();
      LogTopics.ensure(kafka, LOG, LogTopicSpec.embedded());
      try (FoldService<Counter, Add, Added> owner = owner(kafka);
          ChainedReader<Added> reader = ChainedReader.start(kafka, LOG, format);
          LogClient<Add, Added> client = LogClient.start(kafka, format, reader, LIMITS)) {
        Flood flood = new Flood(client);
        flood.untilAnswered(PATIENCE);
        broker.signal("STOP");
        flood.forSoLong(OUTAGE);
        System.out.println("hanging: " + client.counts());
        assertRefused(client.counts());
        broker.signal("CONT");
        System.out.println("answered again after " + flood.untilAnswered(PATIENCE));
        flood.check(kafka);
        assertEquals(0, owner.counts().halted());
      }
    }
  }

  @Test
  void sequencersThatAreGoneAndComeBack() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      KafkaConnection kafka = broker.connection();
      LogTopics.ensure(kafka, LOG, LogTopicSpec.embedded());
      try (ChainedReader<Added> reader = ChainedReader.start(kafka, LOG, format);
          LogClient<Add, Added> client = LogClient.start(kafka, format, reader, LIMITS)) {
        Flood flood = new Flood(client);
        try (FoldService<Counter, Add, Added> _ = owner(kafka)) {
          flood.untilAnswered(PATIENCE);
        }
        flood.forSoLong(Duration.ofSeconds(4));
        System.out.println("no owner: " + client.counts());
        // All places are taken by submissions that wait for an owner.
        assertTrue(client.counts().refusedFull() > 5_000, () -> client.counts().toString());
        try (FoldService<Counter, Add, Added> _ = owner(kafka)) {
          System.out.println("answered again after " + flood.untilAnswered(PATIENCE));
          flood.check(kafka);
        }
      }
    }
  }

  private static void assertRefused(LogClientCounts counts) {
    assertTrue(counts.refusedSlow() > 0, counts::toString);
    assertTrue(counts.refusedSlow() + counts.refusedFull() > 5_000, counts::toString);
  }

  private static long producerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-producer-network-thread"))
        .count();
  }

  /**
   * Submits as fast as it can, each time another amount to one of 16 keys, and keeps no future: so
   * what it measures is what the client holds.
   */
  private static final class Flood {
    private static final int KEYS = 16;

    private final LogClient<Add, Added> client;
    private final BitSet acked = new BitSet();
    private final BitSet refused = new BitSet();
    private final AtomicLong slowest = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private long next = 1;

    Flood(LogClient<Add, Added> client) {
      this.client = client;
    }

    private CompletableFuture<LogEntry<Added>> submit() {
      long amount = next++;
      long begun = System.nanoTime();
      open.incrementAndGet();
      CompletableFuture<LogEntry<Added>> answer =
          client.submit(new Add("key" + amount % KEYS, amount));
      Duration call = Duration.ofNanos(System.nanoTime() - begun);
      assertTrue(call.compareTo(CALL_MAX) < 0, "a call was held for " + call);
      var _ =
          answer.whenComplete(
              (entry, failure) -> {
                note(amount, failure);
                slowest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                open.decrementAndGet();
              });
      LogClientCounts counts = client.counts();
      assertTrue(counts.pending() <= LIMITS.pendingMax(), counts::toString);
      assertTrue(counts.bufferedBytes() <= LIMITS.bufferBytes(), counts::toString);
      return answer;
    }

    private synchronized void note(long amount, Throwable failure) {
      switch (failure) {
        case null -> acked.set(Math.toIntExact(amount));
        case LogUnavailable never -> refused.set(Math.toIntExact(amount));
        case Throwable unknown -> {}
      }
    }

    void forSoLong(Duration time) {
      long until = System.nanoTime() + time.toNanos();
      while (System.nanoTime() - until < 0) {
        var _ = submit();
      }
    }

    /** Goes on until each key is answered; returns how long it took. */
    Duration untilAnswered(Duration max) throws Exception {
      long begun = System.nanoTime();
      for (int answered = 0; answered < KEYS; ) {
        assertTrue(
            System.nanoTime() - begun < max.toNanos(),
            "only " + answered + " keys are answered; " + client.counts());
        try {
          submit().get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
          answered++;
        } catch (ExecutionException again) {
          next += KEYS - 1; // The same key.
          TimeUnit.MILLISECONDS.sleep(5);
        }
      }
      return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** What was acknowledged stands in the log once, what was refused does not. */
    void check(KafkaConnection kafka) throws Exception {
      long until = System.nanoTime() + ANSWER_MAX.toNanos();
      while (open.get() > 0) {
        assertTrue(System.nanoTime() < until, open + " submissions have no end");
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertTrue(slowest.get() < ANSWER_MAX.toNanos(), "one took " + slowest + " ns to end");
      assertEquals(0, client.counts().pending());
      assertEquals(0, client.counts().bufferedBytes());
      List<LogEntry<Added>> log =
          WholeLog.readUntil(
              kafka, LOG, LogFormat.of(new CounterFold()), all -> contains(amounts(all), acked));
      assertEquals(log.size(), amounts(log).cardinality(), "an entry twice");
      assertFalse(amounts(log).intersects(refused), "refused, and done all the same");
      System.out.println(
          acked.cardinality()
              + " acknowledged, "
              + refused.cardinality()
              + " refused, "
              + client.counts());
    }

    private static BitSet amounts(List<LogEntry<Added>> entries) {
      BitSet amounts = new BitSet();
      entries.forEach(e -> amounts.set(Math.toIntExact(e.entry().amount())));
      return amounts;
    }

    private static boolean contains(BitSet all, BitSet some) {
      BitSet missing = (BitSet) some.clone();
      missing.andNot(all);
      return missing.isEmpty();
    }
  }
}
