package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledProcessEndToEndTest {
  private static final int KILLS = 3;
  private static final int ACKED_BEFORE_KILL = 700;
  private static final long IDS_PER_LIFE = 1_000_000;

  @TempDir Path dir;

  @Test
  void whatWasAcknowledgedBeforeAKillIsInTheLogOnce() throws Exception {
    Set<Long> acked = new HashSet<>();
    for (int life = 0; life < KILLS; life++) {
      acked.addAll(submitUntilKilled(life));
    }
    assertTrue(acked.size() >= KILLS * ACKED_BEFORE_KILL);

    CounterFold fold = new CounterFold();
    long started = System.nanoTime();
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      LogTopics.ensure(broker.connection(), CountingProcess.LOG, CountingProcess.TOPICS);
      FoldServiceConfig config =
          FoldServiceConfig.of(
              broker.connection(), CountingProcess.LOG, dir.resolve("fold"), "127.0.0.1:1");
      try (FoldService<Counter, Add, Added> owner = FoldService.start(fold, config)) {
        assertTrue(owner.awaitOwned(CountingProcess.TOPICS.partitions(), Duration.ofSeconds(30)));
        System.out.println(
            "serves again "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)
                + " ms after a kill; acknowledged "
                + acked.size());
        List<LogEntry<Added>> log =
            WholeLog.readUntil(
                broker.connection(),
                CountingProcess.LOG,
                LogFormat.of(fold),
                entries -> ids(entries).keySet().containsAll(acked));
        ids(log).forEach((id, times) -> assertEquals(1, times, "submission " + id));
        Map<String, Long> sequences = new HashMap<>();
        for (LogEntry<Added> entry : log) {
          long before = sequences.getOrDefault(entry.key(), 0L);
          assertEquals(before + 1, entry.entry().sequence(), "sequence of " + entry.key());
          sequences.put(entry.key(), entry.entry().sequence());
        }
      }
    }
  }

  private static Map<Long, Integer> ids(List<LogEntry<Added>> entries) {
    Map<Long, Integer> ids = new HashMap<>();
    entries.forEach(e -> ids.merge(e.entry().amount(), 1, Integer::sum));
    return ids;
  }

  private Set<Long> submitUntilKilled(int life) throws IOException {
    Set<Long> acked = new HashSet<>();
    try (ChildJvm process =
        ChildJvm.start(
            JvmCommand.quick(CountingProcess.class, "384m")
                .with(dir.toString(), Long.toString(1 + life * IDS_PER_LIFE)))) {
      for (Optional<String> line = process.next(); line.isPresent(); line = process.next()) {
        String said = line.orElseThrow();
        if (said.startsWith("acked ")) {
          acked.add(Long.parseLong(said.substring("acked ".length())));
        } else {
          System.out.println("life " + life + ": " + said);
        }
        if (acked.size() == ACKED_BEFORE_KILL) {
          process.kill();
        }
      }
    }
    return acked;
  }
}
