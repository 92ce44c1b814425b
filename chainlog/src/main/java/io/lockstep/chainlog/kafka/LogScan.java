package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.StartRule;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    /** The first record; where that is gone, the oldest position that is confirmed. */
    BEGINNING,
    /** What an owner has last confirmed: at most some seconds ago. */
    WATERMARK
  }

  /** Told what is part of the log, in order per partition. */
  public interface Visitor {
    /**
     * The partition's first records are gone, so it is followed from a position that its owners
     * have confirmed; before anything else of the partition.
     */
    void onTrimmed(int partition, LogStart start);

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
    Map<TopicPartition, LogBounds> bounds = bounds(wanted);
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

  private Map<TopicPartition, LogBounds> bounds(Collection<Integer> wanted) {
    return offsets
        .bounds(wanted.stream().map(p -> new TopicPartition(log.log(), p)).toList())
        .join();
  }

  private final class Scan {
    private final Map<TopicPartition, ChainFollower> followers = new HashMap<>();
    private final Visitor visitor;

    Scan(Map<TopicPartition, LogBounds> bounds, From from, Visitor visitor) {
      this.visitor = visitor;
      Map<Integer, KnownPositions> known =
          from == From.WATERMARK || bounds.values().stream().anyMatch(b -> b.begin() > 0)
              ? WatermarkRecords.known(
                  consumer,
                  offsets,
                  log,
                  bounds.keySet().stream().map(TopicPartition::partition).toList(),
                  partitions)
              : Map.of();
      consumer.assign(bounds.keySet());
      bounds.forEach(
          (partition, there) ->
              begin(
                  partition,
                  there,
                  from,
                  known.getOrDefault(partition.partition(), KnownPositions.NONE)));
    }

    private void begin(TopicPartition partition, LogBounds there, From from, KnownPositions known) {
      Optional<ChainPosition> position =
          switch (from) {
            case BEGINNING -> StartRule.atBeginning(there, known);
            case WATERMARK -> StartRule.atWatermark(there, known);
          };
      if (position.isEmpty()) {
        leave(
            partition, "it begins at offset " + there.begin() + " and no position in it is known");
        return;
      }
      LogStart start = new LogStart(position.get(), there.begin());
      if (from == From.BEGINNING && there.begin() > 0) {
        visitor.onTrimmed(partition.partition(), start);
      }
      ChainFollower follower = start.follower();
      followers.put(partition, follower);
      consumer.seek(partition, follower.firstOffset());
    }

    private void leave(TopicPartition partition, String why) {
      consumer.assign(consumer.assignment().stream().filter(p -> !p.equals(partition)).toList());
      visitor.onStuck(partition.partition(), why);
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
      switch (followers.get(partition).read(record.offset(), value)) {
        case Accepted accepted -> visitor.onAccepted(partition.partition(), accepted);
        case Skipped not -> {
          // Not part of the log.
        }
        case Stuck stuck -> leave(partition, stuck.why());
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    offsets.close();
  }
}
