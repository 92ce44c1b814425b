package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.RestoreRule;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the local store to a state from which the log can be folded, by {@link RestoreRule}: keeps
 * what it has if the log continues it, else begins with the state topic.
 */
final class PartitionRestore {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionRestore.class);
  private static final int AT_ONCE = 4;

  private final KafkaConnection kafka;
  private final Offsets offsets;
  private final StartLookup starts;
  private final LogName log;
  private final StreamStore store;
  private final Semaphore room = new Semaphore(AT_ONCE);

  PartitionRestore(
      KafkaConnection kafka, Offsets offsets, StartLookup starts, LogName log, StreamStore store) {
    this.kafka = kafka;
    this.offsets = offsets;
    this.starts = starts;
    this.log = log;
    this.store = store;
  }

  /**
   * Returns what the log has; it must be folded to its end. Blocks; throws PartitionHalted when
   * trying again is of no use.
   */
  LogBounds restore(int partition) {
    TopicPartition logPartition = new TopicPartition(log.log(), partition);
    LogBounds bounds = offsets.bounds(List.of(logPartition)).join().get(logPartition);
    switch (RestoreRule.plan(
        "partition " + partition + " of " + log.log(),
        bounds,
        store.position(partition),
        () -> starts.known(partition).join())) {
      case RestoreRule.FoldOn on -> {}
      case RestoreRule.Load load -> load(partition, bounds, load.from());
    }
    return bounds;
  }

  private void load(int partition, LogBounds bounds, ChainPosition from) {
    if (bounds.begin() > 0) {
      LOG.warn(
          "partition {} of {} begins at offset {}: it is restored from its states and from offset"
              + " {}",
          partition,
          log,
          bounds.begin(),
          from.logOffset());
    }
    store.drop(partition);
    room.acquireUninterruptibly();
    try {
      StateTopic.load(kafka, offsets, log, partition, store);
    } finally {
      room.release();
    }
    if (from.logOffset() >= 0) {
      store.write(partition, new StreamStore.Batch(List.of(), Optional.of(from)));
    }
  }
}
