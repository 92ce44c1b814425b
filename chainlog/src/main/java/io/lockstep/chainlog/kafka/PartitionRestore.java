package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.TopicPartition;

/**
 * Brings the local store to a state from which the log can be folded: keeps what it has if the log
 * still has the record it ends with, else begins with the state topic.
 */
final class PartitionRestore {
  private static final int AT_ONCE = 4;

  private final KafkaConnection kafka;
  private final Offsets offsets;
  private final LogName log;
  private final StreamStore store;
  private final Semaphore room = new Semaphore(AT_ONCE);

  PartitionRestore(KafkaConnection kafka, Offsets offsets, LogName log, StreamStore store) {
    this.kafka = kafka;
    this.offsets = offsets;
    this.log = log;
    this.store = store;
  }

  /**
   * Returns the log's end, up to which it must be folded. Blocks; throws PartitionHalted when
   * trying again is of no use.
   */
  long restore(int partition) {
    TopicPartition logPartition = new TopicPartition(log.log(), partition);
    Offsets.Bounds bounds = offsets.bounds(List.of(logPartition)).join().get(logPartition);
    if (!isStored(partition, bounds)) {
      fromKafka(partition, bounds);
    }
    return bounds.end();
  }

  private boolean isStored(int partition, Offsets.Bounds bounds) {
    Optional<ChainPosition> position = store.position(partition);
    return position.isPresent()
        && position.get().logOffset() >= bounds.begin()
        && position.get().logOffset() < bounds.end();
  }

  private void fromKafka(int partition, Offsets.Bounds bounds) {
    if (bounds.begin() > 0) {
      throw new PartitionHalted(
          "partition "
              + partition
              + " of "
              + log
              + " begins at offset "
              + bounds.begin()
              + " and the local store has nothing of it; histories cannot be rebuilt");
    }
    store.drop(partition);
    room.acquireUninterruptibly();
    try {
      StateTopic.load(kafka, offsets, log, partition, store);
    } finally {
      room.release();
    }
  }
}
