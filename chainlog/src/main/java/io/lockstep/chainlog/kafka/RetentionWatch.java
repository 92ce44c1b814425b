package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells the owners and standbys where their partitions of the log begin, and lets them remove from
 * their histories what the log has no more, a few streams at a time. Called on one thread.
 */
final class RetentionWatch {
  private static final Duration EVERY = Duration.ofSeconds(5);

  /** Of one partition and between two polls, so that nobody waits for it. */
  private static final int STREAMS_AT_ONCE = 128;

  private final LogName log;
  private final Offsets offsets;
  private final AtomicBoolean looking = new AtomicBoolean();
  private long lookedNanos = System.nanoTime() - EVERY.toNanos();

  RetentionWatch(LogName log, Offsets offsets) {
    this.log = log;
    this.offsets = offsets;
  }

  void tick(long now, Collection<? extends PartitionOwner<?, ?, ?>> owners) {
    if (now - lookedNanos >= EVERY.toNanos() && looking.compareAndSet(false, true)) {
      lookedNanos = now;
      look(List.copyOf(owners));
    }
    for (PartitionOwner<?, ?, ?> owner : owners) {
      if (owner.trim(STREAMS_AT_ONCE)) {
        return;
      }
    }
  }

  private void look(List<PartitionOwner<?, ?, ?>> owners) {
    var _ =
        offsets
            .begins(owners.stream().map(this::entries).toList())
            .whenComplete(
                (begins, failure) -> {
                  if (failure == null) {
                    owners.forEach(owner -> owner.logBegins(begins.get(entries(owner))));
                  }
                  looking.set(false);
                });
  }

  private TopicPartition entries(PartitionOwner<?, ?, ?> owner) {
    return new TopicPartition(log.log(), owner.partition());
  }
}
