package io.lockstep.chainlog.store;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** A store in memory, for tests and simulations: gone with its process. */
public final class InMemoryStreamStore implements StreamStore {
  private final Map<Integer, Facts> partitions = new HashMap<>();

  @Override
  public synchronized Optional<ChainPosition> position(int partition) {
    return facts(partition).position;
  }

  @Override
  public synchronized Optional<StoredState> state(int partition, String key, int part) {
    return Optional.ofNullable(
        facts(partition).states.getOrDefault(key, new TreeMap<>()).get(part));
  }

  @Override
  public synchronized SortedMap<Integer, StoredState> sealed(int partition, String key) {
    return new TreeMap<>(
        facts(partition).states.getOrDefault(key, new TreeMap<>()).tailMap(StateCodec.HEAD, false));
  }

  @Override
  public synchronized HistoryPage<ByteString> history(Range range) {
    Facts facts = facts(range.partition());
    NavigableMap<Long, HistoryPage.Item<ByteString>> all =
        facts.histories.getOrDefault(range.key(), new TreeMap<>());
    long first =
        all.values().stream()
            .filter(item -> item.logOffset() >= range.logBegin())
            .mapToLong(HistoryPage.Item::sequence)
            .findFirst()
            .orElse(0);
    List<HistoryPage.Item<ByteString>> items = new ArrayList<>();
    long bytes = 0;
    if (first > 0) {
      long from = Math.max(first, range.afterSequence() + 1);
      for (HistoryPage.Item<ByteString> item : all.tailMap(from, true).values()) {
        bytes += item.entry().size();
        if (!items.isEmpty() && (items.size() >= range.maxEntries() || bytes > range.maxBytes())) {
          break;
        }
        items.add(item);
      }
    }
    long foldedTo = facts.position.map(ChainPosition::logOffset).orElse(-1L);
    return new HistoryPage<>(items, first, foldedTo);
  }

  @Override
  public synchronized Optional<String> trim(
      int partition, long logBegin, Optional<String> after, int streamsMax) {
    NavigableMap<String, TreeMap<Long, HistoryPage.Item<ByteString>>> all =
        new TreeMap<>(facts(partition).histories);
    int left = streamsMax;
    for (String key : after.map(k -> all.tailMap(k, false)).orElse(all).keySet()) {
      TreeMap<Long, HistoryPage.Item<ByteString>> history = all.get(key);
      while (!history.isEmpty() && history.firstEntry().getValue().logOffset() < logBegin) {
        history.pollFirstEntry();
      }
      left--;
      if (left == 0) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized OptionalLong deletedAt(int partition, String key, int part) {
    Long at = facts(partition).deleted.get(new Touched(key, part));
    return at == null ? OptionalLong.empty() : OptionalLong.of(at);
  }

  /** All at once. */
  @Override
  public synchronized TouchedPage touched(
      int partition, long afterOffset, Optional<Place> from, int partsMax) {
    Facts facts = facts(partition);
    List<Touched> parts = new ArrayList<>();
    facts.states.forEach(
        (key, stored) ->
            stored.forEach(
                (part, state) -> {
                  if (state.logOffset() > afterOffset) {
                    parts.add(new Touched(key, part));
                  }
                }));
    facts.deleted.forEach(
        (part, at) -> {
          if (at > afterOffset) {
            parts.add(part);
          }
        });
    return new TouchedPage(parts, Optional.empty());
  }

  @Override
  public synchronized void forgetDeletions(int partition, long logOffset) {
    facts(partition).deleted.values().removeIf(at -> at <= logOffset);
  }

  @Override
  public synchronized void write(int partition, Batch batch) {
    Facts facts = facts(partition);
    for (Change change : batch.changes()) {
      switch (change) {
        case PutState put ->
            facts
                .states
                .computeIfAbsent(put.key(), k -> new TreeMap<>())
                .put(put.part(), put.state());
        case DeleteState delete -> {
          facts.states.getOrDefault(delete.key(), new TreeMap<>()).remove(delete.part());
          facts.deleted.put(new Touched(delete.key(), delete.part()), delete.logOffset());
        }
        case PutHistory put ->
            facts
                .histories
                .computeIfAbsent(put.key(), k -> new TreeMap<>())
                .put(
                    put.sequence(),
                    new HistoryPage.Item<>(put.sequence(), put.logOffset(), put.entry()));
      }
    }
    if (batch.position().isPresent()) {
      facts.position = batch.position();
    }
  }

  @Override
  public synchronized void drop(int partition) {
    partitions.remove(partition);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  private Facts facts(int partition) {
    return partitions.computeIfAbsent(partition, p -> new Facts());
  }

  private static final class Facts {
    Optional<ChainPosition> position = Optional.empty();
    final Map<String, TreeMap<Integer, StoredState>> states = new HashMap<>();
    final Map<Touched, Long> deleted = new HashMap<>();
    final Map<String, TreeMap<Long, HistoryPage.Item<ByteString>>> histories = new HashMap<>();
  }
}
