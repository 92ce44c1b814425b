package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerRestartEndToEndTest {
  private static final LogName LOG = new LogName("counters");
  private static final LogClientLimits PATIENT =
      new LogClientLimits(Duration.ofSeconds(60), 10_000, 1 << 20);

  @TempDir Path dir;

  @Test
  void ownerReaderAndClientOutliveTheirBrokerAndASendErrorLosesNothing() throws Exception {
    CounterFold fold = new CounterFold();
    LogFormat<Add, Added> format = LogFormat.of(fold);
    EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
    KafkaConnection kafka = broker.connection();
    LogTopics.ensure(kafka, LOG, LogTopicSpec.embedded());
    FoldServiceConfig config = FoldServiceConfig.of(kafka, LOG, dir.resolve("fold"), "127.0.0.1:1");
    try (FoldService<Counter, Add, Added> owner = FoldService.start(fold, config);
        ChainedReader<Added> reader = ChainedReader.start(kafka, LOG, format);
        LogClient<Add, Added> client = LogClient.start(kafka, format, reader, PATIENT)) {
      assertTrue(owner.awaitOwned(8, Duration.ofSeconds(30)));
      List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>(submit(client, 100));
      int taken = answered(answers);
      List<CompletableFuture<LogEntry<Added>>> during = new ArrayList<>(submit(client, 100));
      long t0 = System.nanoTime();
      broker.close();
      long t1 = System.nanoTime();
      during.addAll(submit(client, 20));
      long t2 = System.nanoTime();
      broker = EmbeddedBroker.start(dir.resolve("kafka"));
      System.out.println(
          "closed in "
              + (t1 - t0) / 1_000_000
              + " ms, started in "
              + (System.nanoTime() - t2) / 1_000_000
              + " ms");
      taken += answered(during);
      while (answered(submit(client, 1)) == 0) {
        Thread.onSpinWait();
      }
      owner.failProducer();
      taken += 1 + answered(submit(client, 100));
      int all = taken;
      List<LogEntry<Added>> entries = WholeLog.readUntil(kafka, LOG, format, l -> l.size() >= all);
      assertEquals(all, entries.size());
      assertTrue(owner.counts().refolds() >= 8, "each partition was folded again");
      System.out.println("restart: " + reader.counts() + " " + owner.counts());
    } finally {
      broker.close();
    }
  }

  /** Number of answers. The others were refused, which means that they have no effect. */
  private static int answered(List<CompletableFuture<LogEntry<Added>>> answers) throws Exception {
    int answered = 0;
    for (CompletableFuture<LogEntry<Added>> answer : answers) {
      try {
        answer.get(60, TimeUnit.SECONDS);
        answered++;
      } catch (ExecutionException e) {
        assertInstanceOf(LogUnavailable.class, e.getCause());
      }
    }
    return answered;
  }

  private static List<CompletableFuture<LogEntry<Added>>> submit(
      LogClient<Add, Added> client, int count) {
    List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(client.submit(new Add("key" + i % 20, 1)));
    }
    return answers;
  }
}
