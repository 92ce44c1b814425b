package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.EntryListener;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.SubmissionRecord;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Submissions that are in Kafka before anybody answers them, and how fast they are answered. */
final class Backlog {
  private static final StreamFold FOLD = new StreamFold();

  private Backlog() {}

  static ProducerRecord<byte[], byte[]> record(LogName log, int partitions, StreamCommand command) {
    String key = FOLD.commandKey(command);
    byte[] value =
        SubmissionRecord.newBuilder().setCommand(command.toByteString()).build().toByteArray();
    return new ProducerRecord<>(
        log.submissions(),
        Partitions.of(key, partitions),
        key.getBytes(StandardCharsets.UTF_8),
        value);
  }

  /** Sends what {@code makes} makes, and waits until Kafka has it. */
  static void fill(
      KafkaConnection kafka,
      int count,
      java.util.function.IntFunction<ProducerRecord<byte[], byte[]>> makes) {
    AtomicLong failed = new AtomicLong();
    try (KafkaProducer<byte[], byte[]> producer = RawHops.producer(kafka)) {
      for (int i = 0; i < count; i++) {
        var _ =
            producer.send(
                makes.apply(i),
                (_, failure) -> {
                  if (failure != null) {
                    failed.incrementAndGet();
                  }
                });
      }
      producer.flush();
    }
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " records were not written");
    }
  }

  /** Counts arrivals, and times them from the first to the last. */
  static final class Arrivals implements EntryListener<StreamEntry> {
    private final int expected;
    private final AtomicInteger arrived = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long first;
    private volatile long last;

    Arrivals(int expected) {
      this.expected = expected;
    }

    @Override
    public void onEntry(LogEntry<StreamEntry> entry) {
      if (!entry.entry().hasSequenced()) {
        throw new IllegalStateException("not sequenced: " + entry.entry().getOutcomeCase());
      }
      count();
    }

    /** On one thread only. */
    void count() {
      int now = arrived.incrementAndGet();
      if (now == 1) {
        first = System.nanoTime();
      }
      if (now == expected) {
        last = System.nanoTime();
        done.countDown();
      }
    }

    /** Arrivals per second. */
    double rate(int secondsMax) throws InterruptedException {
      if (!done.await(secondsMax, TimeUnit.SECONDS)) {
        throw new IllegalStateException(arrived + " of " + expected + " arrived in time");
      }
      return (expected - 1) / ((last - first) / 1e9);
    }
  }
}
