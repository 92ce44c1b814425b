package io.lockstep.sequencer;

import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.SubmissionRecord;
import io.lockstep.sequencer.law.StreamFold;
import io.lockstep.sequencer.probe.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A whole log with its submissions, as an auditor reads it: from the beginning, every link
 * verified.
 */
final class Watched {
  private Watched() {}

  static List<Observation> everything(KafkaConnection kafka) throws Exception {
    StreamFold fold = new StreamFold();
    ConcurrentLinkedQueue<LogEntry<StreamEntry>> entries = new ConcurrentLinkedQueue<>();
    List<Observation> seen = new ArrayList<>();
    try (ChainedReader<StreamEntry> reader =
        ChainedReader.start(kafka, SequencerNode.LOG, LogFormat.of(fold))) {
      Map<Integer, List<ConsumerRecord<byte[], byte[]>>> submissions =
          submissions(kafka, reader.partitions());
      int expected = submissions.values().stream().mapToInt(List::size).sum();
      reader.addListener(entries::add);
      for (int p = 0; p < reader.partitions(); p++) {
        reader.follow(p, new StartAt.Beginning()).get();
      }
      Await.until("all entries", () -> entries.size() >= expected);
      for (LogEntry<StreamEntry> entry : inOrder(entries)) {
        ConsumerRecord<byte[], byte[]> submission =
            submissions.get(entry.partition()).get((int) entry.source());
        seen.add(observation(fold.commands(), submission, entry));
      }
    }
    return seen;
  }

  private static List<LogEntry<StreamEntry>> inOrder(Iterable<LogEntry<StreamEntry>> entries) {
    List<LogEntry<StreamEntry>> sorted = new ArrayList<>();
    entries.forEach(sorted::add);
    sorted.sort(
        Comparator.comparingInt(LogEntry<StreamEntry>::partition)
            .thenComparingLong(LogEntry::logOffset));
    return sorted;
  }

  private static Observation observation(
      Codec<StreamCommand> commands,
      ConsumerRecord<byte[], byte[]> submission,
      LogEntry<StreamEntry> entry)
      throws Exception {
    SubmissionRecord record = SubmissionRecord.parseFrom(submission.value());
    return new Observation(
        commands.decode(record.getCommand().toByteArray()),
        new SubmissionPoint(entry.partition(), entry.source(), submission.timestamp(), 1),
        entry.entry());
  }

  private static Map<Integer, List<ConsumerRecord<byte[], byte[]>>> submissions(
      KafkaConnection kafka, int partitions) {
    Map<Integer, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
    List<TopicPartition> from =
        IntStream.range(0, partitions)
            .mapToObj(p -> new TopicPartition(SequencerNode.LOG.submissions(), p))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(from);
      consumer.seekToBeginning(from);
      Map<TopicPartition, Long> ends = consumer.endOffsets(from);
      from.forEach(p -> all.put(p.partition(), new ArrayList<>()));
      while (from.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> all.get(record.partition()).add(record));
      }
    }
    return all;
  }
}
