package io.lockstep.gateway.log;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.EntryListener;
import io.lockstep.gateway.streams.FeedItem;
import io.lockstep.log.v1.StreamEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntToLongFunction;

/**
 * Hands the log's entries to the event loops that have subscribers of their streams.
 *
 * <p>A loop that begins to follow a stream writes itself into the table and then reads how far the
 * log has been read; the reader's thread notes how far it is and then reads the table. So whatever
 * the table did not catch is at or below the offset that the loop was told.
 */
public final class LogHub implements EntryListener<StreamEntry> {
  private final IntToLongFunction reader;
  private final GroupViews views;
  private final Map<String, Set<LoopStreams>> interested = new ConcurrentHashMap<>();
  private final List<LoopStreams> loops = new CopyOnWriteArrayList<>();
  private final AtomicLongArray readTo;

  /**
   * Entries come by {@link #onEntry}, from a reader that follows all partitions.
   *
   * @param reader log offset up to which it has read a partition, -1 for nothing
   */
  public LogHub(int partitions, IntToLongFunction reader, GroupViews views) {
    this.reader = reader;
    this.views = views;
    this.readTo = new AtomicLongArray(partitions);
    for (int p = 0; p < readTo.length(); p++) {
      readTo.set(p, -1);
    }
  }

  void add(LoopStreams loop) {
    loops.add(loop);
  }

  /** From the next entry on, the loop is given those of the stream; answers how far the log is. */
  long follow(String key, LoopStreams loop) {
    interested.compute(
        key,
        (same, set) -> {
          Set<LoopStreams> all = set == null ? new CopyOnWriteArraySet<>() : set;
          all.add(loop);
          return all;
        });
    int partition = partition(key);
    return Math.max(reader.applyAsLong(partition), readTo.get(partition));
  }

  void unfollow(String key, LoopStreams loop) {
    interested.computeIfPresent(
        key,
        (same, set) -> {
          set.remove(loop);
          return set.isEmpty() ? null : set;
        });
  }

  int partition(String key) {
    return Partitions.of(key, readTo.length());
  }

  @Override
  public void onEntry(LogEntry<StreamEntry> entry) {
    readTo.set(entry.partition(), entry.logOffset());
    if (!entry.entry().hasSequenced()) {
      return;
    }
    views.entry(entry.key(), entry.entry().getSequenced());
    Set<LoopStreams> all = interested.get(entry.key());
    if (all != null) {
      Optional<FeedItem<Delivery>> item = Delivery.of(entry.entry());
      item.ifPresent(one -> all.forEach(loop -> loop.offer(entry.key(), one)));
    }
  }

  @Override
  public void onRestart(int partition) {
    readTo.set(partition, reader.applyAsLong(partition));
    views.clear();
    loops.forEach(loop -> loop.restarted(partition));
  }
}
