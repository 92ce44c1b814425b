package io.lockstep.chainlog.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.log.v1.Watermark;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Watermarks and checkpoints as records: writes them, and reads the newest watermark or all of some
 * partitions.
 */
final class WatermarkRecords {
  private static final byte[] KEY = "watermark".getBytes(StandardCharsets.UTF_8);
  private static final String CHECKPOINT = "checkpoint-";
  private static final Duration READ_MAX = Duration.ofSeconds(10);

  /**
   * So many of the last records are read first. Behind the newest watermark there are checkpoints
   * and their deletions at most.
   */
  static final int RECENT = 32;

  private static final Duration POLL = Duration.ofMillis(100);

  private WatermarkRecords() {}

  static ProducerRecord<byte[], byte[]> record(
      LogName log, int partition, int partitions, ChainPosition at, String endpoint) {
    return record(log, partition, partitions, at, OptionalLong.empty(), endpoint);
  }

  /**
   * @param unsettledAfter see {@link KnownPositions}
   */
  static ProducerRecord<byte[], byte[]> record(
      LogName log,
      int partition,
      int partitions,
      ChainPosition at,
      OptionalLong unsettledAfter,
      String endpoint) {
    Watermark.Builder value = value(at, partitions).setEndpoint(endpoint);
    unsettledAfter.ifPresent(value::setUnsettledAfter);
    return new ProducerRecord<>(log.watermarks(), partition, KEY, value.build().toByteArray());
  }

  /** A position that is kept as long as the log has it. */
  static ProducerRecord<byte[], byte[]> checkpoint(
      LogName log, int partition, int partitions, ChainPosition at) {
    byte[] value = value(at, partitions).build().toByteArray();
    return new ProducerRecord<>(log.watermarks(), partition, checkpointKey(at.logOffset()), value);
  }

  /** The log has it no more. */
  static ProducerRecord<byte[], byte[]> deletedCheckpoint(
      LogName log, int partition, long logOffset) {
    return new ProducerRecord<>(log.watermarks(), partition, checkpointKey(logOffset), null);
  }

  private static Watermark.Builder value(ChainPosition at, int partitions) {
    return Watermark.newBuilder()
        .setLogOffset(at.logOffset())
        .setHead(UnsafeByteOperations.unsafeWrap(at.head().toBytes()))
        .setSource(at.source())
        .setFoldVersion(at.foldVersion())
        .setPartitions(partitions);
  }

  private static byte[] checkpointKey(long logOffset) {
    return (CHECKPOINT + logOffset).getBytes(StandardCharsets.UTF_8);
  }

  static boolean isWatermark(byte[] key) {
    return Arrays.equals(KEY, key);
  }

  private static boolean isCheckpoint(byte[] key) {
    return key != null && new String(key, StandardCharsets.UTF_8).startsWith(CHECKPOINT);
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

  /** Newest watermark of each partition that has one. */
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

  private static Map<TopicPartition, LogBounds> bounds(
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
    Map<TopicPartition, LogBounds> left = bounds(offsets, log, wanted);
    Map<Integer, Watermark> found = new HashMap<>();
    for (long back = RECENT; !left.isEmpty(); back *= RECENT) {
      Map<TopicPartition, LogBounds> recent = new HashMap<>();
      for (Map.Entry<TopicPartition, LogBounds> each : left.entrySet()) {
        LogBounds all = each.getValue();
        recent.put(
            each.getKey(), new LogBounds(Math.max(all.begin(), all.end() - back), all.end()));
      }
      read(consumer, recent, record -> watermark(record, found));
      left.entrySet()
          .removeIf(
              e ->
                  found.containsKey(e.getKey().partition())
                      || recent.get(e.getKey()).begin() == e.getValue().begin());
    }
    return found;
  }

  private static void watermark(
      ConsumerRecord<byte[], byte[]> record, Map<Integer, Watermark> found) {
    if (isWatermark(record.key())) {
      parse(record.value()).ifPresent(w -> found.put(record.partition(), w));
    }
  }

  /** All that is known of each of the partitions; reads their watermarks from the first one on. */
  static Map<Integer, KnownPositions> known(
      KafkaConsumer<byte[], byte[]> consumer,
      Offsets offsets,
      LogName log,
      Collection<Integer> wanted,
      int partitions) {
    Map<Integer, Watermark> watermarks = new HashMap<>();
    Map<Integer, Map<String, ChainPosition>> checkpoints = new HashMap<>();
    wanted.forEach(p -> checkpoints.put(p, new HashMap<>()));
    read(
        consumer,
        bounds(offsets, log, wanted),
        record -> {
          Optional<Watermark> read = parse(record.value(), partitions);
          if (isWatermark(record.key())) {
            read.ifPresent(w -> watermarks.put(record.partition(), w));
          } else if (isCheckpoint(record.key())) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            Map<String, ChainPosition> there = checkpoints.get(record.partition());
            read.ifPresentOrElse(w -> there.put(key, position(w)), () -> there.remove(key));
          }
        });
    Map<Integer, KnownPositions> known = new HashMap<>();
    checkpoints.forEach(
        (p, there) -> known.put(p, known(watermarks.get(p), List.copyOf(there.values()))));
    return known;
  }

  /**
   * @param watermark null when there is none
   */
  private static KnownPositions known(Watermark watermark, List<ChainPosition> checkpoints) {
    return watermark == null
        ? new KnownPositions(Optional.empty(), checkpoints, OptionalLong.empty())
        : new KnownPositions(
            Optional.of(position(watermark)),
            checkpoints,
            watermark.hasUnsettledAfter()
                ? OptionalLong.of(watermark.getUnsettledAfter())
                : OptionalLong.empty());
  }

  private static void read(
      KafkaConsumer<byte[], byte[]> consumer,
      Map<TopicPartition, LogBounds> ranges,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    Map<TopicPartition, Long> missing = new HashMap<>();
    ranges.forEach(
        (p, b) -> {
          if (b.end() > b.begin()) {
            missing.put(p, b.end());
          }
        });
    consumer.assign(missing.keySet());
    missing.keySet().forEach(p -> consumer.seek(p, ranges.get(p).begin()));
    long deadline = System.nanoTime() + READ_MAX.toNanos();
    while (!missing.isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("watermarks cannot be read within " + READ_MAX);
      }
      consumer.poll(POLL).forEach(sink);
      missing.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue());
    }
  }
}
