package io.lockstep.deploy.cluster;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionReport;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EntryListener;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogVerifier;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.SubmissionRecord;
import io.lockstep.sequencer.SequencerNode;
import io.lockstep.sequencer.law.StreamFold;
import io.lockstep.sequencer.probe.DenseSequence;
import io.lockstep.sequencer.probe.Law;
import io.lockstep.sequencer.probe.NoSenderStored;
import io.lockstep.sequencer.probe.Observation;
import io.lockstep.sequencer.probe.OneCommitPerEpoch;
import io.lockstep.sequencer.probe.RemovedIsOut;
import io.lockstep.sequencer.probe.ReplayEqualsLive;
import io.lockstep.sequencer.probe.SameIdSameOutcome;
import io.lockstep.sequencer.probe.WelcomeOnlyAfterCommit;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the log of the streams as an auditor, from its beginning and through all faults, and shows
 * each submission with its entry to the laws.
 */
final class LogWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int FOLD_VERSION = 1;

  private final KafkaConnection kafka;
  private final StreamFold fold = new StreamFold();
  private final WelcomeOnlyAfterCommit welcomes = new WelcomeOnlyAfterCommit();
  private final List<Law> laws =
      List.of(
          new OneCommitPerEpoch(),
          new DenseSequence(),
          new SameIdSameOutcome(),
          new RemovedIsOut(),
          new NoSenderStored(),
          new ReplayEqualsLive(fold),
          welcomes);
  private final ChainedReader<StreamEntry> reader;
  private final KafkaConsumer<byte[], byte[]> submissions;
  private final Map<Integer, ConcurrentLinkedQueue<LogEntry<StreamEntry>>> entries =
      new ConcurrentHashMap<>();
  private final Map<TopicPartition, Map<Long, ConsumerRecord<byte[], byte[]>>> waiting =
      new HashMap<>();
  private final AtomicInteger restarts = new AtomicInteger();
  private long judged;

  LogWatch(KafkaConnection kafka) {
    this.kafka = kafka;
    reader = ChainedReader.start(kafka, SequencerNode.LOG, LogFormat.of(fold));
    submissions =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    for (int p = 0; p < reader.partitions(); p++) {
      entries.put(p, new ConcurrentLinkedQueue<>());
    }
    reader.addListener(
        new EntryListener<>() {
          @Override
          public void onEntry(LogEntry<StreamEntry> entry) {
            entries.get(entry.partition()).add(entry);
          }

          @Override
          public void onRestart(int partition) {
            restarts.incrementAndGet();
          }
        });
    for (int p = 0; p < reader.partitions(); p++) {
      reader.follow(p, new StartAt.Beginning()).join();
    }
    List<TopicPartition> all =
        IntStream.range(0, reader.partitions())
            .mapToObj(p -> new TopicPartition(SequencerNode.LOG.submissions(), p))
            .toList();
    submissions.assign(all);
    submissions.seekToBeginning(all);
    all.forEach(p -> waiting.put(p, new HashMap<>()));
  }

  /**
   * Waits until what has been submitted so far is answered, and shows it to the laws, which throw.
   * Returns the number of entries since the beginning.
   */
  long judge() {
    Map<TopicPartition, Long> ends = submissions.endOffsets(waiting.keySet());
    Await.until(
        "every submission is answered in the log",
        PATIENCE,
        () -> {
          observe();
          return ends.entrySet().stream().allMatch(end -> isAnswered(end.getKey(), end.getValue()));
        });
    // An inbox may be read further than the partition of the group.
    Await.until(
        "every Welcome is of an accepted Commit",
        PATIENCE,
        () -> {
          observe();
          return welcomes.unexplained() == 0;
        });
    if (restarts.get() > 0) {
      throw new AssertionError("the reader had to begin again " + restarts + " times");
    }
    return judged;
  }

  /** Welcomes are brought by a dispatcher, which may be a moment behind. */
  int awaitWelcomes() {
    Await.until(
        "every joiner's Welcome is in its inbox",
        PATIENCE,
        () -> {
          judge();
          return welcomes.undelivered() == 0;
        });
    return welcomes.delivered();
  }

  /** Proves a whole log with nothing but SHA-256. */
  LogReport verify(LogName log) {
    LogReport report = LogVerifier.verify(kafka, log, LogVerifier.PATIENCE, _ -> {});
    if (!report.isProved()) {
      throw new AssertionError(
          log
              + " is not proved: "
              + report.partitions().stream().map(PartitionReport::findings).toList());
    }
    return report;
  }

  private boolean isAnswered(TopicPartition partition, long end) {
    return submissions.position(partition) >= end
        && waiting.get(partition).keySet().stream().allMatch(offset -> offset >= end);
  }

  private void observe() throws Exception {
    submissions
        .poll(POLL)
        .forEach(
            record ->
                waiting
                    .get(new TopicPartition(record.topic(), record.partition()))
                    .put(record.offset(), record));
    for (var partition : waiting.entrySet()) {
      var found = entries.get(partition.getKey().partition());
      LogEntry<StreamEntry> next = found.peek();
      while (next != null && partition.getValue().containsKey(next.source())) {
        observe(partition.getValue().remove(next.source()), found.remove());
        next = found.peek();
      }
    }
  }

  private void observe(ConsumerRecord<byte[], byte[]> submission, LogEntry<StreamEntry> entry)
      throws Exception {
    SubmissionRecord record = SubmissionRecord.parseFrom(submission.value());
    Observation seen =
        new Observation(
            fold.commands().decode(record.getCommand().toByteArray()),
            new SubmissionPoint(
                entry.partition(), entry.source(), submission.timestamp(), FOLD_VERSION),
            entry.entry());
    laws.forEach(law -> law.observe(seen));
    judged++;
  }

  @Override
  public void close() {
    submissions.close();
    reader.close();
  }
}
