package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainedLogEndToEndTest {
  private static final LogName LOG = new LogName("counters");
  private static final LogTopicSpec TOPICS = new LogTopicSpec(4, 1, 1 << 20);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path dir;

  @Test
  void submissionsAreAnsweredInOrderAndStatesSurviveARestart() throws Exception {
    CounterFold fold = new CounterFold();
    LogFormat<Add, Added> format = LogFormat.of(fold);
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      LogTopics.ensure(broker.connection(), LOG, TOPICS);
      FoldServiceConfig config =
          FoldServiceConfig.of(broker.connection(), LOG, dir.resolve("fold"), "127.0.0.1:1");
      try (FoldService<Counter, Add, Added> owner = FoldService.start(fold, config);
          ChainedReader<Added> reader = ChainedReader.start(broker.connection(), LOG, format);
          LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
        assertTrue(owner.awaitOwned(4, PATIENCE));
        AtomicInteger behind = new AtomicInteger();
        reader.addListener(
            entry -> {
              if (reader.position(entry.partition()).orElseThrow().logOffset()
                  < entry.logOffset()) {
                behind.incrementAndGet();
              }
            });
        List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
          answers.add(client.submit(new Add("key" + i % 10, 1)));
        }
        for (int i = 0; i < 1000; i++) {
          assertEquals(i / 10 + 1, answers.get(i).get(10, TimeUnit.SECONDS).entry().sequence());
        }
        assertEquals(0, behind.get(), "entries given out before the reader said it had them");
        awaitTotal(owner, "key3", 100);
        HistoryPage<Added> page = owner.view().history("key3", 90, 5, 1 << 20);
        assertEquals(5, page.items().size());
        assertEquals(91, page.items().getFirst().sequence());
        assertEquals(1, page.firstAvailable());
        System.out.println(owner.counts() + " " + reader.counts());
      }
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      LogTopics.ensure(broker.connection(), LOG, TOPICS);
      for (String store : List.of("fold", "another-empty-directory")) {
        FoldServiceConfig config =
            FoldServiceConfig.of(broker.connection(), LOG, dir.resolve(store), "127.0.0.1:1");
        try (FoldService<Counter, Add, Added> owner = FoldService.start(fold, config);
            ChainedReader<Added> reader = ChainedReader.start(broker.connection(), LOG, format);
            LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
          assertTrue(owner.awaitOwned(4, PATIENCE));
          assertEquals(100, owner.view().state("key4").state().orElseThrow().total());
          assertEquals(100, owner.view().history("key4", 0, 1000, 1 << 20).items().size());
          assertEquals(Optional.empty(), owner.view().state("nobody").state());
          String mine = store.equals("fold") ? "key5" : "key6";
          assertEquals(
              101, client.submit(new Add(mine, 1)).get(10, TimeUnit.SECONDS).entry().total());
          System.out.println(owner.counts() + " " + reader.counts());
        }
      }
    }
  }

  private static void awaitTotal(FoldService<Counter, Add, Added> owner, String key, long total)
      throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (owner.view().state(key).state().map(Counter::total).orElse(0L) != total) {
      assertTrue(System.nanoTime() < deadline, "the owner did not fold its own entries in time");
      Thread.onSpinWait();
    }
  }
}
