package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.Output;
import io.lockstep.chainlog.owner.OwnerCore;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.log.v1.StateRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One owned partition: the core behind a lock, fed by the thread that reads submissions and the one
 * that tails the log. Neither waits for the other's polls, so a submission is decided as soon as it
 * is read. What the core wants written is sent under the lock, in order.
 */
final class PartitionOwner<S, C, E> {
  private final LogName log;
  private final int partition;
  private final int partitions;
  private final StreamStore store;
  private final FailStopProducer producer;
  private final ReentrantLock lock = new ReentrantLock();
  private final OwnerCore<S, C, E> core;
  private ChainPosition published = ChainPosition.START;
  private boolean everPublished;
  private long written;
  private long refolds;
  private boolean released;
  private boolean accepting;
  private volatile boolean lookingForEnd;
  private volatile boolean hasFolded;

  /** Throws PartitionHalted when the stored position is of a newer fold. */
  PartitionOwner(
      Fold<S, C, E> fold,
      LogName log,
      int partition,
      int partitions,
      StreamStore store,
      FailStopProducer producer) {
    this.log = log;
    this.partition = partition;
    this.partitions = partitions;
    this.store = store;
    this.producer = producer;
    this.core = new OwnerCore<>(fold, partition, partitions, store);
  }

  int partition() {
    return partition;
  }

  /** True since the log was folded to its end for the first time: what the store has is recent. */
  boolean hasFolded() {
    return hasFolded;
  }

  long firstLogOffset() {
    return locked(core::nextLogOffset);
  }

  long nextSubmission() {
    return locked(core::nextSubmission);
  }

  /**
   * The submission that must be read next. Records that were read before this call are not taken:
   * there may be a gap behind them.
   */
  long beginSubmissions() {
    return locked(
        () -> {
          accepting = true;
          return core.nextSubmission();
        });
  }

  long written() {
    return locked(() -> written);
  }

  long skipped() {
    return locked(core::skipped);
  }

  long refolds() {
    return locked(() -> refolds);
  }

  /** True when no more submissions should be read for now. */
  boolean readSubmissions(List<ConsumerRecord<byte[], byte[]>> records) {
    return locked(
        () -> {
          if (!accepting) {
            return false;
          }
          for (ConsumerRecord<byte[], byte[]> r : records) {
            core.readSubmission(Submission.of(r.offset(), r.timestamp(), r.key(), r.value()));
          }
          send();
          return core.isFull();
        });
  }

  boolean isFull() {
    return locked(core::isFull);
  }

  /** Why the partition cannot be followed, if so. */
  Optional<String> readLog(List<ConsumerRecord<byte[], byte[]>> records, long next) {
    return locked(
        () -> {
          boolean wasWriting = core.isWriting();
          for (ConsumerRecord<byte[], byte[]> r : records) {
            byte[] value = r.value() == null ? new byte[0] : r.value();
            if (core.readLog(r.offset(), value) instanceof Stuck stuck) {
              return Optional.of(stuck.why());
            }
          }
          core.readTo(next);
          core.endBatch();
          send();
          if (wasWriting && !core.isWriting()) {
            refolds++;
          }
          hasFolded |= core.isWriting();
          return Optional.<String>empty();
        });
  }

  /**
   * A number that {@link #logEnd} wants back, when the log's end must be looked up and nobody does
   * already.
   */
  OptionalLong wantsLogEnd() {
    return locked(
        () -> {
          if (!core.needsLogEnd() || lookingForEnd || released) {
            return OptionalLong.empty();
          }
          lookingForEnd = true;
          return OptionalLong.of(refolds);
        });
  }

  /**
   * The answer to {@link #wantsLogEnd}; empty when the look-up failed. Ignored when a send has
   * failed since.
   */
  void logEnd(long asked, OptionalLong end) {
    locked(
        () -> {
          lookingForEnd = false;
          if (end.isPresent() && asked == refolds) {
            core.logEnd(end.getAsLong());
            send();
            hasFolded |= core.isWriting();
          }
          return null;
        });
  }

  void sendFailed() {
    locked(
        () -> {
          refolds++;
          core.sendFailed();
          return null;
        });
  }

  /** Publishes changed states, then the watermark, if anything is new. */
  void publish(String endpoint, int recordBytesMax) {
    locked(
        () -> {
          ChainPosition now = core.position();
          if (released || !hasFolded || (everPublished && now.equals(published))) {
            return null;
          }
          for (String key : core.takeUnpublished()) {
            ProducerRecord<byte[], byte[]> record = state(key);
            if (record.value() == null || record.value().length <= recordBytesMax) {
              producer.send(record);
            }
          }
          producer.send(WatermarkRecords.record(log, partition, partitions, now, endpoint));
          published = now;
          everPublished = true;
          return null;
        });
  }

  private ProducerRecord<byte[], byte[]> state(String key) {
    byte[] value =
        store
            .state(partition, key)
            .map(
                s ->
                    StateRecord.newBuilder()
                        .setLogOffset(s.logOffset())
                        .setState(s.bytes())
                        .build()
                        .toByteArray())
            .orElse(null);
    return new ProducerRecord<>(
        log.state(), partition, key.getBytes(StandardCharsets.UTF_8), value);
  }

  /** From here on nothing is written any more for this partition. */
  void release() {
    locked(() -> released = true);
  }

  private void send() {
    for (Output output : core.takeOutputs()) {
      if (released) {
        continue;
      }
      byte[] key = output.key().getBytes(StandardCharsets.UTF_8);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(log.log(), partition, key, output.value().toByteArray());
      for (Map.Entry<String, String> header : output.headers().entrySet()) {
        record.headers().add(header.getKey(), header.getValue().getBytes(StandardCharsets.UTF_8));
      }
      producer.send(record);
      written++;
    }
  }

  private <T> T locked(java.util.function.Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }
}
