package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells a {@link FoldMeter} every second how many submissions have no entry yet, and how old the
 * oldest of them is. One look-up at a time; called on one thread.
 */
final class LagWatch {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final LogName log;
  private final Offsets offsets;
  private final FoldMeter meter;
  private final LongSupplier clockMillis;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Set<Integer> told = Set.of();
  private long lookedNanos = System.nanoTime() - EVERY.toNanos();

  LagWatch(LogName log, Offsets offsets, FoldMeter meter, LongSupplier clockMillis) {
    this.log = log;
    this.offsets = offsets;
    this.meter = meter;
    this.clockMillis = clockMillis;
  }

  void tick(long now, Collection<? extends PartitionOwner<?, ?, ?>> owners) {
    if (meter.equals(FoldMeter.NONE)
        || now - lookedNanos < EVERY.toNanos()
        || !looking.compareAndSet(false, true)) {
      return;
    }
    lookedNanos = now;
    List<PartitionOwner<?, ?, ?>> writers = new ArrayList<>();
    owners.stream().filter(PartitionOwner::mayWrite).forEach(writers::add);
    var _ =
        offsets
            .ends(writers.stream().map(this::submissions).toList())
            .whenComplete(
                (ends, failure) -> {
                  if (failure == null) {
                    tell(writers, ends);
                  }
                  looking.set(false);
                });
  }

  private TopicPartition submissions(PartitionOwner<?, ?, ?> owner) {
    return new TopicPartition(log.submissions(), owner.partition());
  }

  private void tell(List<PartitionOwner<?, ?, ?>> writers, Map<TopicPartition, Long> ends) {
    Set<Integer> now = new HashSet<>();
    for (PartitionOwner<?, ?, ?> owner : writers) {
      now.add(owner.partition());
      long records = Math.max(0, ends.get(submissions(owner)) - owner.answered());
      long since = owner.waitingSinceMillis().orElse(clockMillis.getAsLong());
      meter.lag(
          owner.partition(),
          records,
          records == 0 ? 0 : Math.max(0, clockMillis.getAsLong() - since));
    }
    told.stream().filter(p -> !now.contains(p)).forEach(meter::lagUnknown);
    told = now;
  }
}
