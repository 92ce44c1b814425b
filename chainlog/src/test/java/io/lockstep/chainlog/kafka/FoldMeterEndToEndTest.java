package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainFollower.Skip;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process tells its meter, before and after it has taken over from another one. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FoldMeterEndToEndTest {
  private static final LogTopicSpec TOPICS = new LogTopicSpec(4, 1, 100_000);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TAKEOVER_AFTER = Duration.ofSeconds(1);
  private static final long LOOK_AGAIN_NANOS = 10_000_000;

  @TempDir private Path dir;

  private static final class Recorder implements FoldMeter {
    final AtomicInteger submissions = new AtomicInteger();
    final AtomicInteger written = new AtomicInteger();
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger folded = new AtomicInteger();
    final Map<Skip, Integer> skips = new ConcurrentHashMap<>();
    final Map<String, Integer> kinds = new ConcurrentHashMap<>();
    final Map<Integer, Long> restored = new ConcurrentHashMap<>();
    final Map<Integer, Long> tookOver = new ConcurrentHashMap<>();
    final Map<Integer, Long> lag = new ConcurrentHashMap<>();

    @Override
    public void submissionsRead(int partition, int count, long nanos) {
      submissions.addAndGet(count);
    }

    @Override
    public void written(int partition, int count) {
      written.addAndGet(count);
    }

    @Override
    public void accepted(int partition, String kind) {
      accepted.incrementAndGet();
      kinds.merge(kind, 1, Integer::sum);
    }

    @Override
    public void skipped(int partition, Skip why) {
      skips.merge(why, 1, Integer::sum);
    }

    @Override
    public void folded(int partition, int records, long nanos) {
      folded.addAndGet(records);
    }

    @Override
    public void restored(int partition, long nanos) {
      restored.put(partition, nanos);
    }

    @Override
    public void tookOver(int partition, long nanos) {
      tookOver.put(partition, nanos);
    }

    @Override
    public void lag(int partition, long records, long millis) {
      lag.put(partition, records);
    }

    @Override
    public void lagUnknown(int partition) {
      lag.remove(partition);
    }
  }

  @Test
  void oneOfTwoIsToldOfItsOwnShareAndThenOfWhatItTakesOver() throws Exception {
    LogName log = new LogName("metered");
    Recorder meter = new Recorder();
    CounterFold fold = new CounterFold();
    LogFormat<Add, Added> format = LogFormat.of(fold);
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      LogTopics.ensure(broker.connection(), log, TOPICS);
      try (OwnerProcess other =
              OwnerProcess.start(broker.connection(), log, dir.resolve("other"), "other:1");
          ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
          LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
        // Last to come, so that the other one does not stand by where it has written before.
        assertTrue(other.await(4, 0));
        FoldServiceConfig config =
            FoldServiceConfig.of(broker.connection(), log, dir.resolve("measured"), "measured:1")
                .withTakeoverAfter(TAKEOVER_AFTER)
                .withMeter(meter);
        try (FoldService<Counter, Add, Added> measured = FoldService.start(fold, config)) {
          await(() -> measured.owned().size() == 2 && measured.standingBy().size() == 2);
          measure(meter, measured, other, client);
          try (KafkaProducer<byte[], byte[]> rogue =
              Clients.producer(broker.connection(), Map.of())) {
            rogue
                .send(new ProducerRecord<>(log.log(), 0, null, new byte[] {1, 2, 3}))
                .get(10, TimeUnit.SECONDS);
          }
          await(() -> meter.skips.getOrDefault(Skip.UNREADABLE, 0) == 1);
        }
      }
    }
  }

  private static void measure(
      Recorder meter,
      FoldService<Counter, Add, Added> measured,
      OwnerProcess other,
      LogClient<Add, Added> client)
      throws Exception {
    Set<Integer> own = new TreeSet<>(measured.owned());
    Set<Integer> others = new TreeSet<>(measured.standingBy());
    await(() -> meter.restored.size() == 4 && meter.lag.keySet().equals(own));

    int ofOwn = submit(client, 100, own);
    // The other one owned all before, and writes on until it has seen some copies: it may be first.
    assertTrue(meter.written.get() > 0, "written " + meter.written);
    await(() -> meter.accepted.get() == ofOwn && meter.submissions.get() == 100);
    assertEquals(Map.of("add", ofOwn), meter.kinds);
    await(() -> meter.folded.get() >= 100);

    other.kill();
    submit(client, 100, own);
    // The group may give it the other partition before anything waits there.
    await(() -> !meter.tookOver.isEmpty());
    assertTrue(others.containsAll(meter.tookOver.keySet()), meter.tookOver::toString);
    meter
        .tookOver
        .values()
        .forEach(
            nanos ->
                assertTrue(
                    nanos >= TAKEOVER_AFTER.toNanos() && nanos < PATIENCE.toNanos(),
                    () -> "took " + nanos + " ns"));
    await(() -> meter.lag.size() == 4 && meter.lag.values().stream().allMatch(l -> l == 0));
  }

  /** Answered; how many of them are in some partitions. */
  private static int submit(LogClient<Add, Added> client, int count, Set<Integer> some)
      throws Exception {
    int there = 0;
    for (int i = 0; i < count; i++) {
      if (some.contains(
          client.submit(new Add("key" + i, 1)).get(20, TimeUnit.SECONDS).partition())) {
        there++;
      }
    }
    return there;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time");
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }
}
