package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.store.StreamStore;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the owners of one process write, through one producer: entries as they are decided, states
 * and watermarks now and then. A producer that has failed is opened again when Kafka answers, and
 * every owner told.
 */
final class Writing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writing.class);
  private static final Duration PUBLISH_MAX = Duration.ofSeconds(5);

  /** At the end of a process, whose successor writes what this one could not. */
  private static final Duration FLUSH_MAX = Duration.ofSeconds(5);

  private static final Duration REOPEN_AFTER = Duration.ofMillis(300);
  private static final int STATE_RECORD_OVERHEAD_BYTES = 1024;

  private final LogName log;
  private final String endpoint;
  private final int stateBytesMax;
  private final BiConsumer<Integer, PartitionHalted> halt;
  private final FailStopProducer producer;
  private long reopenedNanos = System.nanoTime() - REOPEN_AFTER.toNanos();

  /**
   * @param halt is told, on any thread, that a partition cannot go on
   */
  Writing(FoldServiceConfig config, Offsets offsets, BiConsumer<Integer, PartitionHalted> halt) {
    this.log = config.log();
    this.endpoint = config.endpoint();
    this.stateBytesMax = offsets.recordBytesMax(log.state()) - STATE_RECORD_OVERHEAD_BYTES;
    this.halt = halt;
    this.producer =
        new FailStopProducer(
            config.kafka(), List.of(log.log(), log.state(), log.watermarks()), this::onSendFailed);
  }

  FailStopProducer producer() {
    return producer;
  }

  /** Publishes a partition's states. */
  StatePublisher publisher(int partition, int partitions, StreamStore store) {
    return new StatePublisher(log, partition, partitions, store, producer, endpoint, stateBytesMax);
  }

  /** Until all that the owner knows now is published; gives up after a while. */
  void publishAll(PartitionOwner<?, ?, ?> owner) {
    long deadline = System.nanoTime() + PUBLISH_MAX.toNanos();
    while (!owner.publish(System.nanoTime(), true) && System.nanoTime() - deadline < 0) {
      if (producer.hasFailed()) {
        return;
      }
      flush();
    }
  }

  void reopenIfFailed(long now, Collection<? extends PartitionOwner<?, ?, ?>> owners) {
    if (!producer.hasFailed() || now - reopenedNanos <= REOPEN_AFTER.toNanos()) {
      return;
    }
    producer.prepare();
    if (producer.isPrepared()) {
      owners.forEach(PartitionOwner::sendFailed);
      producer.reopen();
      reopenedNanos = now;
    }
  }

  /** Until all is written that was sent; when that takes too long, nothing more is. */
  void flush() {
    producer.flush(FLUSH_MAX);
  }

  private void onSendFailed(ProducerRecord<byte[], byte[]> record, Exception failure) {
    if (failure instanceof RecordTooLargeException && record.topic().equals(log.log())) {
      halt.accept(
          record.partition(),
          new PartitionHalted("the fold made an entry that is larger than the log takes", failure));
    }
    LOG.warn("a record was not written to {}: {}", record.topic(), failure.toString());
  }

  @Override
  public void close() {
    producer.close();
  }
}
