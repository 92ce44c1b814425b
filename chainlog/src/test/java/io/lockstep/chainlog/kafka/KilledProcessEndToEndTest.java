package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  private Set<Long> submitUntilKilled(int life) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                CountingProcess.class.getName(),
                dir.toString(),
                Long.toString(1 + life * IDS_PER_LIFE))
            .redirectErrorStream(true)
            .start();
    Set<Long> acked = new HashSet<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("acked ")) {
          acked.add(Long.parseLong(line.substring("acked ".length())));
        } else {
          System.out.println("life " + life + ": " + line);
        }
        if (acked.size() == ACKED_BEFORE_KILL) {
          // By its handle: Process.destroyForcibly would close the stream, with acknowledgements in
          // it.
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return acked;
  }
}
