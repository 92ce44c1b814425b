package io.lockstep.gateway.streams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The newest entries of one stream that has subscribers, and its reads from history. Entries in
 * memory are consecutive; what is not there is read from the owner.
 */
final class StreamFeed<F> {
  /** Arrival times of so many Commits are known; an older Commit counts as not live. */
  private static final int COMMITS_SEEN_MAX = 64;

  final String key;
  private final FanoutLimits limits;
  private final MemoryBudget budget;
  private final Map<Long, FeedItem<F>> recent = new HashMap<>();
  private final Map<Long, Long> commitsSeen = new LinkedHashMap<>();
  private final Subscribers<F> subscribers = new Subscribers<>(this);
  private final Map<Long, List<Subscription<F>>> reads = new HashMap<>();
  private long oldestInMemory;
  private long newestInMemory;

  /** Newest entry that waits for a round. */
  private long coming;

  /** What every subscriber that has all the others asks for. */
  private Optional<FeedItem<F>> newestItem = Optional.empty();

  private long recentBytes;
  private long newest;
  private long epoch;
  private int holds;

  StreamFeed(String key, FanoutLimits limits, MemoryBudget budget) {
    this.key = key;
    this.limits = limits;
    this.budget = budget;
  }

  /** Bytes of entries that it keeps in memory. */
  int bytesMax() {
    return limits.feedBytesMax();
  }

  /** Newest sequence number known to exist. */
  long newest() {
    return newest;
  }

  /** Newest epoch known, unsigned. */
  long epoch() {
    return epoch;
  }

  void know(Snapshot snapshot) {
    if (Long.compareUnsigned(snapshot.sequence(), newest) > 0) {
      newest = snapshot.sequence();
    }
    if (Long.compareUnsigned(snapshot.epoch(), epoch) > 0) {
      epoch = snapshot.epoch();
    }
  }

  /** An entry from the log. Entries may come again after the reader has started again. */
  void live(FeedItem<F> item, long now) {
    if (!recent.isEmpty() && item.sequence() <= newestInMemory) {
      return;
    }
    if (!recent.isEmpty() && item.sequence() != newestInMemory + 1) {
      forget();
    }
    if (item.sequence() > newest) {
      newest = item.sequence();
      item.opens().ifPresent(opening -> seen(opening, now));
    }
    if (recent.isEmpty()) {
      oldestInMemory = item.sequence();
    }
    newestInMemory = item.sequence();
    newestItem = Optional.of(item);
    recent.put(item.sequence(), item);
    recentBytes += item.bytes();
    budget.take(item.bytes());
    while (!recent.isEmpty() && overLimit()) {
      dropOldest();
    }
  }

  private boolean overLimit() {
    return recent.size() > limits.feedEntriesMax()
        || recentBytes > limits.feedBytesMax()
        || budget.exceeded();
  }

  private void seen(Opening opening, long now) {
    if (Long.compareUnsigned(opening.epoch(), epoch) > 0) {
      epoch = opening.epoch();
    }
    commitsSeen.putIfAbsent(opening.sequence(), now);
    if (commitsSeen.size() > COMMITS_SEEN_MAX) {
      commitsSeen.remove(commitsSeen.keySet().iterator().next());
    }
  }

  /** When the Commit with this sequence number came from the log, if it did lately. */
  OptionalLong seenAt(long sequence) {
    Long at = commitsSeen.get(sequence);
    return at == null ? OptionalLong.empty() : OptionalLong.of(at);
  }

  Optional<FeedItem<F>> inMemory(long sequence) {
    return sequence == newestInMemory && !recent.isEmpty()
        ? newestItem
        : Optional.ofNullable(recent.get(sequence));
  }

  /** An entry waits for its round. */
  void comes(long sequence) {
    coming = Math.max(coming, sequence);
  }

  /** Whether an entry that is not in memory yet is going to be, so that nobody need read it. */
  boolean isComing(long sequence) {
    return sequence <= coming && sequence > newestInMemory;
  }

  /** Joins or begins the read after the subscription's cursor; true when it has to be begun. */
  boolean joinRead(Subscription<F> subscription) {
    List<Subscription<F>> waiting = reads.get(subscription.cursor());
    if (waiting != null) {
      waiting.add(subscription);
      return false;
    }
    reads.put(subscription.cursor(), new ArrayList<>(List.of(subscription)));
    return true;
  }

  List<Subscription<F>> endRead(long afterSequence) {
    List<Subscription<F>> waiting = reads.remove(afterSequence);
    return waiting == null ? List.of() : waiting;
  }

  Subscribers<F> subscribers() {
    return subscribers;
  }

  /** An attachment in progress keeps the feed. */
  void hold() {
    holds++;
  }

  void release() {
    holds--;
  }

  boolean unused() {
    return holds == 0 && subscribers.isEmpty();
  }

  void forget() {
    while (!recent.isEmpty()) {
      dropOldest();
    }
  }

  private void dropOldest() {
    FeedItem<F> dropped = recent.remove(oldestInMemory);
    oldestInMemory++;
    newestItem = recent.isEmpty() ? Optional.empty() : newestItem;
    recentBytes -= dropped.bytes();
    budget.give(dropped.bytes());
  }
}
