package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Reads a log from its first record, link by link. */
final class WholeLog {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private WholeLog() {}

  /** All accepted entries as soon as they satisfy a condition. */
  static <E> List<LogEntry<E>> readUntil(
      KafkaConnection kafka,
      LogName log,
      LogFormat<?, E> format,
      Predicate<List<LogEntry<E>>> enough)
      throws Exception {
    ConcurrentLinkedQueue<LogEntry<E>> entries = new ConcurrentLinkedQueue<>();
    try (ChainedReader<E> reader = ChainedReader.start(kafka, log, format)) {
      reader.addListener(entries::add);
      for (int p = 0; p < reader.partitions(); p++) {
        reader.follow(p, new StartAt.Beginning()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        List<LogEntry<E>> now = new ArrayList<>(entries);
        if (enough.test(now)) {
          return now;
        }
        assertTrue(
            System.nanoTime() < deadline,
            "only " + now.size() + " entries in time; " + reader.counts());
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
