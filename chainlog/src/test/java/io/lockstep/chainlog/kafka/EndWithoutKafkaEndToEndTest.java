package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Owners are asked to end while Kafka hangs. */
class EndWithoutKafkaEndToEndTest {
  private static final LogName LOG = new LogName("ending");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Less than it takes until Kafka's producer gives a record up. */
  private static final Duration END_MAX = Duration.ofMillis(Clients.DELIVERY_MILLIS_MAX - 2_000);

  @TempDir Path dir;

  @Test
  void theyEndInBoundedTimeAndWhoComesNextHasAllThatWasAnswered() throws Exception {
    LogFormat<Add, Added> format = LogFormat.of(new CounterFold());
    try (BrokerProcess broker = BrokerProcess.start(dir.resolve("kafka"))) {
      KafkaConnection kafka = broker.connection();
      LogTopics.ensure(kafka, LOG, LogTopicSpec.embedded());
      try (ChainedReader<Added> reader = ChainedReader.start(kafka, LOG, format);
          LogClient<Add, Added> client = LogClient.start(kafka, format, reader)) {
        FoldService<Counter, Add, Added> one = start(kafka, "one");
        FoldService<Counter, Add, Added> other = start(kafka, "other");
        awaitPair(one, other);
        for (int i = 0; i < 100; i++) {
          assertEquals(1, submit(client, i).sequence());
        }
        broker.signal("STOP");
        end(one);
        end(other);
        broker.signal("CONT");
        try (FoldService<Counter, Add, Added> next = start(kafka, "one")) {
          assertTrue(next.awaitOwned(8, PATIENCE));
          for (int i = 0; i < 100; i++) {
            Added answer = submit(client, i);
            assertEquals(2, answer.sequence());
            assertEquals(2, answer.total());
          }
        }
      }
    }
  }

  private FoldService<Counter, Add, Added> start(KafkaConnection kafka, String name) {
    return FoldService.start(
        new CounterFold(),
        FoldServiceConfig.of(kafka, LOG, dir.resolve(name), name + ":1")
            .withSessionTimeout(Duration.ofSeconds(3)));
  }

  /** Until each owns a half and stands by for the other one. */
  private static void awaitPair(FoldService<?, ?, ?> one, FoldService<?, ?, ?> other)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (one.owned().size() != 4
        || !one.owned().equals(other.standingBy())
        || !other.owned().equals(one.standingBy())) {
      assertTrue(System.nanoTime() - deadline < 0, () -> one.owned() + " and " + other.owned());
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static void end(FoldService<?, ?, ?> owner) {
    long begun = System.nanoTime();
    owner.close();
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    System.out.println("ended without Kafka in " + took.toMillis() + " ms");
    assertTrue(took.compareTo(END_MAX) < 0, () -> "took " + took);
  }

  /** A client is refused while the partition is slow, so it submits again. */
  private static Added submit(LogClient<Add, Added> client, int key) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return client
            .submit(new Add("key" + key, 1))
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .entry();
      } catch (ExecutionException e) {
        assertTrue(e.getCause() instanceof LogUnavailable, e::toString);
        assertTrue(System.nanoTime() - deadline < 0, e::toString);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
