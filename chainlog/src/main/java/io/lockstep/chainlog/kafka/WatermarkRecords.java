package io.lockstep.chainlog.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.log.v1.Watermark;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Watermarks as records: writes them, and reads the newest of some partitions. */
final class WatermarkRecords {
  private static final byte[] KEY = "watermark".getBytes(StandardCharsets.UTF_8);
  private static final Duration READ_MAX = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  private WatermarkRecords() {}

  static ProducerRecord<byte[], byte[]> record(
      LogName log, int partition, int partitions, ChainPosition at, String endpoint) {
    Watermark watermark =
        Watermark.newBuilder()
            .setLogOffset(at.logOffset())
            .setHead(UnsafeByteOperations.unsafeWrap(at.head().toBytes()))
            .setSource(at.source())
            .setFoldVersion(at.foldVersion())
            .setEndpoint(endpoint)
            .setPartitions(partitions)
            .build();
    return new ProducerRecord<>(log.watermarks(), partition, KEY, watermark.toByteArray());
  }

  /** Empty when the bytes are no watermark, or one of a log with another number of partitions. */
  static Optional<Watermark> parse(byte[] value, int partitions) {
    return parse(value).filter(watermark -> watermark.getPartitions() == partitions);
  }

  private static Optional<Watermark> parse(byte[] value) {
    try {
      Watermark watermark = Watermark.parseFrom(value == null ? new byte[0] : value);
      boolean good =
          watermark.getHead().size() == ChainHead.BYTES && watermark.getFoldVersion() >= 1;
      return good ? Optional.of(watermark) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  static ChainPosition position(Watermark watermark) {
    return watermark.getLogOffset() < 0
        ? ChainPosition.START
        : new ChainPosition(
            watermark.getLogOffset(),
            ChainHead.of(watermark.getHead()),
            watermark.getSource(),
            watermark.getFoldVersion());
  }

  /**
   * Newest watermark of each partition that has one. A compacted topic always keeps its last
   * record.
   */
  static Map<Integer, Watermark> newest(
      KafkaConsumer<byte[], byte[]> consumer,
      Offsets offsets,
      LogName log,
      Collection<Integer> wanted,
      int partitions) {
    Map<Integer, Watermark> found = newest(consumer, offsets, log, wanted);
    found.values().removeIf(watermark -> watermark.getPartitions() != partitions);
    return found;
  }

  /** True when none of the partitions has a watermark yet. */
  static boolean areEmpty(Offsets offsets, LogName log, Collection<Integer> wanted) {
    return bounds(offsets, log, wanted).values().stream().allMatch(b -> b.begin() == b.end());
  }

  private static Map<TopicPartition, Offsets.Bounds> bounds(
      Offsets offsets, LogName log, Collection<Integer> wanted) {
    List<TopicPartition> all =
        wanted.stream().map(p -> new TopicPartition(log.watermarks(), p)).toList();
    return offsets.bounds(all).join();
  }

  /** The same, whatever number of partitions a watermark names. */
  static Map<Integer, Watermark> newest(
      KafkaConsumer<byte[], byte[]> consumer,
      Offsets offsets,
      LogName log,
      Collection<Integer> wanted) {
    Map<TopicPartition, Offsets.Bounds> bounds = bounds(offsets, log, wanted);
    Map<TopicPartition, Long> missing = new HashMap<>();
    bounds.forEach(
        (p, b) -> {
          if (b.end() > b.begin()) {
            missing.put(p, b.end());
          }
        });
    consumer.assign(missing.keySet());
    missing.forEach((p, end) -> consumer.seek(p, end - 1));
    Map<Integer, Watermark> found = new HashMap<>();
    long deadline = System.nanoTime() + READ_MAX.toNanos();
    while (!missing.isEmpty() && System.nanoTime() - deadline < 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        parse(record.value()).ifPresent(w -> found.put(record.partition(), w));
      }
      missing.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue());
    }
    return found;
  }
}
