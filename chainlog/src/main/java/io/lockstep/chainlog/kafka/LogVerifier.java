package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionAudit;
import io.lockstep.chainlog.audit.PartitionReport;
import io.lockstep.chainlog.audit.SourceGap;
import io.lockstep.chainlog.audit.Surroundings;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.StartRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a whole log, one partition after the other, and proves it ({@link PartitionAudit}). A
 * partition whose first records are gone is proved from the oldest checkpoint in it. Reads only;
 * the log may be in use.
 */
public final class LogVerifier implements AutoCloseable {
  /** Longer than an owner needs to write again what a failed send has left out. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration NO_PROGRESS_MAX = Duration.ofSeconds(30);

  private final LogName log;
  private final Duration patience;
  private final Offsets offsets;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private LogVerifier(KafkaConnection kafka, LogName log, Duration patience) {
    this.log = log;
    this.patience = patience;
    this.offsets = new Offsets(kafka);
    this.consumer = Clients.consumer(kafka, Map.of());
  }

  /**
   * Verifies every partition up to its end at the time that it is begun with. Throws when Kafka
   * does not answer or has no such log.
   *
   * @param patience how long records that are ahead of the chain may wait for the one that
   *     continues it
   * @param progress is given each partition as soon as it is done
   */
  public static LogReport verify(
      KafkaConnection kafka, LogName log, Duration patience, Consumer<PartitionReport> progress) {
    try (LogVerifier verifier = new LogVerifier(kafka, log, patience)) {
      return verifier.verify(progress);
    }
  }

  private LogReport verify(Consumer<PartitionReport> progress) {
    int partitions = offsets.partitions(log.log());
    List<Integer> all = IntStream.range(0, partitions).boxed().toList();
    Map<Integer, KnownPositions> known =
        WatermarkRecords.known(consumer, offsets, log, all, partitions);
    List<PartitionReport> reports = new ArrayList<>();
    for (int partition : all) {
      PartitionReport report = verify(partition, known.get(partition));
      progress.accept(report);
      reports.add(report);
    }
    return new LogReport(log, reports);
  }

  private PartitionReport verify(int partition, KnownPositions known) {
    TopicPartition entries = new TopicPartition(log.log(), partition);
    TopicPartition submissions = new TopicPartition(log.submissions(), partition);
    LogBounds bounds = bounds(entries);
    long submitted = bounds(submissions).end();
    PartitionAudit audit =
        StartRule.atBeginning(bounds, known)
            .map(from -> new LogStart(from, bounds.begin()))
            .map(start -> new PartitionAudit(partition, start, known.all()))
            .orElseGet(() -> new PartitionAudit(partition, bounds.begin(), Optional.empty()));
    read(entries, audit.firstOffset(), () -> position(entries) < bounds.end(), audit);
    if (audit.isAhead(submitted)) {
      long until = System.nanoTime() + patience.toNanos();
      read(
          entries,
          position(entries),
          () -> audit.isAhead(submitted) && System.nanoTime() - until < 0,
          audit);
    }
    LogBounds there = bounds(submissions);
    List<SourceGap> unanswered =
        audit.gaps().stream().filter(gap -> hasRecords(submissions, there, gap)).toList();
    return audit.report(new Surroundings(submitted, there.end(), unanswered));
  }

  private void read(
      TopicPartition partition, long from, BooleanSupplier goesOn, PartitionAudit audit) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    Progress progress = new Progress(partition);
    while (goesOn.getAsBoolean()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (!audit.read(record.offset(), value(record))) {
          return;
        }
      }
      progress.check(position(partition));
    }
  }

  private boolean hasRecords(TopicPartition submissions, LogBounds there, SourceGap gap) {
    if (gap.first() < there.begin()) {
      // Kafka has removed them, so nobody can say that nothing was there.
      return true;
    }
    consumer.assign(List.of(submissions));
    consumer.seek(submissions, gap.first());
    Progress progress = new Progress(submissions);
    while (position(submissions) < Math.min(gap.last() + 1, there.end())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        return record.offset() <= gap.last();
      }
      progress.check(position(submissions));
    }
    return false;
  }

  private LogBounds bounds(TopicPartition partition) {
    return offsets.bounds(List.of(partition)).join().get(partition);
  }

  private long position(TopicPartition partition) {
    return consumer.position(partition);
  }

  private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null ? new byte[0] : record.value();
  }

  /** Ends an endless wait for a broker that answers no fetch. */
  private static final class Progress {
    private final TopicPartition partition;
    private long position = -1;
    private long sinceNanos = System.nanoTime();

    Progress(TopicPartition partition) {
      this.partition = partition;
    }

    void check(long now) {
      if (now != position) {
        position = now;
        sinceNanos = System.nanoTime();
      } else if (System.nanoTime() - sinceNanos > NO_PROGRESS_MAX.toNanos()) {
        throw new IllegalStateException(
            "Kafka has given no record of "
                + partition
                + " beyond offset "
                + (now - 1)
                + " for "
                + NO_PROGRESS_MAX.toSeconds()
                + " s");
      }
    }
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    offsets.close();
  }
}
