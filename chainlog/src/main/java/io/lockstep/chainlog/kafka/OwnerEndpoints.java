package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.LogBounds;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who owns which partition of a log, by the newest watermarks. A hint: an owner that has gone is
 * still named until the next one has begun.
 */
public final class OwnerEndpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerEndpoints.class);

  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final TailLoop loop;
  private final Map<Integer, String> endpoints = new ConcurrentHashMap<>();

  private OwnerEndpoints(KafkaConnection kafka, LogName log, Offsets offsets, int partitions) {
    this.log = log;
    this.offsets = offsets;
    this.partitions = partitions;
    this.loop = new TailLoop(kafka, log.watermarks(), "endpoints-" + log, new Watermarks());
  }

  /** The log's topics must exist. */
  public static OwnerEndpoints start(KafkaConnection kafka, LogName log) {
    return start(kafka, log, new Offsets(kafka));
  }

  /**
   * @param offsets is closed with this, or when this cannot be started
   */
  static OwnerEndpoints start(KafkaConnection kafka, LogName log, Offsets offsets) {
    int partitions;
    try {
      partitions = offsets.partitions(log.watermarks());
    } catch (RuntimeException e) {
      offsets.close();
      throw e;
    }
    OwnerEndpoints endpoints = new OwnerEndpoints(kafka, log, offsets, partitions);
    endpoints.loop.start();
    for (int p = 0; p < endpoints.partitions; p++) {
      endpoints.tail(p);
    }
    return endpoints;
  }

  public LogName log() {
    return log;
  }

  public int partitions() {
    return partitions;
  }

  /** host:port of the owner; empty when none has ever been, or it is not read yet. */
  public Optional<String> endpoint(int partition) {
    return Optional.ofNullable(endpoints.get(partition));
  }

  /**
   * Whom to ask about a partition, as host:port: its owner first, then all others that own
   * something. Empty while nobody is known to own it.
   */
  public List<String> candidates(int partition) {
    String owner = endpoints.get(partition);
    if (owner == null) {
      return List.of();
    }
    Set<String> candidates = new LinkedHashSet<>(List.of(owner));
    candidates.addAll(new TreeSet<>(endpoints.values()));
    return List.copyOf(candidates);
  }

  /** All endpoints that own something. */
  public Set<String> current() {
    return new HashSet<>(endpoints.values());
  }

  private void tail(int partition) {
    TopicPartition topicPartition = new TopicPartition(log.watermarks(), partition);
    var _ =
        offsets
            .bounds(List.of(topicPartition))
            .whenComplete(
                (bounds, failure) -> {
                  if (failure == null) {
                    LogBounds there = bounds.get(topicPartition);
                    loop.execute(
                        () ->
                            loop.tail(
                                partition,
                                Math.max(there.begin(), there.end() - WatermarkRecords.RECENT)));
                  } else {
                    LOG.warn(
                        "the watermark of partition {} of {} cannot be looked up: {}",
                        partition,
                        log,
                        failure.toString());
                    loop.execute(() -> tail(partition));
                  }
                });
  }

  @Override
  public void close() {
    loop.close();
    offsets.close();
  }

  private final class Watermarks implements TailLoop.Handler {
    @Override
    public void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (WatermarkRecords.isWatermark(record.key())) {
          WatermarkRecords.parse(record.value(), partitions)
              .ifPresent(w -> endpoints.put(partition, w.getEndpoint()));
        }
      }
    }

    @Override
    public void onOutOfRange(int partition) {
      tail(partition);
    }

    @Override
    public void onTick() {
      // Nothing is due.
    }
  }
}
