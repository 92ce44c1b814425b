package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogName;
import io.lockstep.log.v1.Watermark;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Goes through partitions of a log by the reader's rule, in the calling thread: for command line
 * tools. Services use {@link ChainedReader}, which begins again by itself when it is stuck.
 */
public final class LogScan implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final LogName log;
  private final Offsets offsets;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final int partitions;

  /** Where to begin. */
  public enum From {
    /** The first record that Kafka has. */
    BEGINNING,
    /** What an owner has last confirmed: at most some seconds ago. */
    WATERMARK
  }

  /** Told what is part of the log, in order per partition. */
  public interface Visitor {
    void onAccepted(int partition, Accepted record);

    /** The partition cannot be followed any further; the others go on. */
    void onStuck(int partition, String why);
  }

  private LogScan(KafkaConnection kafka, LogName log) {
    this.log = log;
    this.offsets = new Offsets(kafka);
    this.consumer = Clients.consumer(kafka, Map.of());
    this.partitions = offsets.partitions(log.log());
  }

  /** Throws when Kafka does not answer or has no such log. */
  public static LogScan open(KafkaConnection kafka, LogName log) {
    return new LogScan(kafka, log);
  }

  public int partitions() {
    return partitions;
  }

  /** Reads to the ends that the partitions have now. */
  public void toEnd(Collection<Integer> wanted, From from, Visitor visitor) {
    Map<TopicPartition, Offsets.Bounds> bounds = bounds(wanted);
    Scan scan = new Scan(bounds, from, visitor);
    scan.run(
        () ->
            bounds.entrySet().stream()
                .anyMatch(
                    e ->
                        scan.isOn(e.getKey())
                            && consumer.position(e.getKey()) < e.getValue().end()));
  }

  /** Reads, and goes on with what comes, until told to stop. */
  public void follow(
      Collection<Integer> wanted, From from, Visitor visitor, BooleanSupplier goesOn) {
    new Scan(bounds(wanted), from, visitor).run(goesOn);
  }

  private Map<TopicPartition, Offsets.Bounds> bounds(Collection<Integer> wanted) {
    return offsets
        .bounds(wanted.stream().map(p -> new TopicPartition(log.log(), p)).toList())
        .join();
  }

  private final class Scan {
    private final Map<TopicPartition, ChainFollower> followers = new HashMap<>();
    private final Visitor visitor;

    Scan(Map<TopicPartition, Offsets.Bounds> bounds, From from, Visitor visitor) {
      this.visitor = visitor;
      Map<Integer, Watermark> watermarks =
          from == From.BEGINNING
              ? Map.of()
              : WatermarkRecords.newest(
                  consumer,
                  offsets,
                  log,
                  bounds.keySet().stream().map(TopicPartition::partition).toList(),
                  partitions);
      consumer.assign(bounds.keySet());
      bounds.forEach((partition, there) -> seek(partition, there, watermarks));
    }

    private void seek(
        TopicPartition partition, Offsets.Bounds there, Map<Integer, Watermark> watermarks) {
      Watermark watermark = watermarks.get(partition.partition());
      ChainPosition start =
          watermark == null ? ChainPosition.START : WatermarkRecords.position(watermark);
      if (start.logOffset() >= there.begin() && start.logOffset() < there.end()) {
        followers.put(partition, new ChainFollower(start));
        consumer.seek(partition, start.logOffset());
      } else {
        if (there.begin() == 0) {
          followers.put(partition, new ChainFollower(ChainPosition.START));
        }
        consumer.seek(partition, there.begin());
      }
    }

    boolean isOn(TopicPartition partition) {
      return consumer.assignment().contains(partition);
    }

    void run(BooleanSupplier goesOn) {
      while (goesOn.getAsBoolean() && !consumer.assignment().isEmpty()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (isOn(partition)) {
            read(partition, record);
          }
        }
      }
    }

    private void read(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      ChainFollower follower =
          followers.computeIfAbsent(
              partition, _ -> Link.parse(value).map(ChainFollower::trusting).orElse(null));
      if (follower == null) {
        return;
      }
      switch (follower.read(record.offset(), value)) {
        case Accepted accepted -> visitor.onAccepted(partition.partition(), accepted);
        case Skipped not -> {
          // Not part of the log.
        }
        case Stuck stuck -> {
          consumer.assign(
              consumer.assignment().stream().filter(p -> !p.equals(partition)).toList());
          visitor.onStuck(partition.partition(), stuck.why());
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    offsets.close();
  }
}
