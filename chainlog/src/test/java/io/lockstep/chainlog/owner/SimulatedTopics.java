package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.store.StreamStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A state topic and a watermarks topic of one partition, both compacted. */
final class SimulatedTopics {
  static final long COMPACTION_LAG = Duration.ofHours(1).toNanos();
  private static final long TOMBSTONES = Duration.ofHours(24).toNanos();

  /** A record on its way, or there. */
  sealed interface Written {}

  record StateRecord(StatePart part, long logOffset, Optional<ByteString> state)
      implements Written {}

  record WatermarkRecord(ChainPosition at, OptionalLong unsettledAfter) implements Written {}

  record CheckpointRecord(ChainPosition at) implements Written {}

  record DeletedCheckpoint(long logOffset) implements Written {}

  private record Stored(StateRecord record, long at) {}

  private final List<Stored> states = new ArrayList<>();
  private final Map<Long, ChainPosition> checkpoints = new LinkedHashMap<>();
  private Optional<WatermarkRecord> watermark = Optional.empty();
  long compacted;

  void append(Written record, long now) {
    switch (record) {
      case StateRecord state -> states.add(new Stored(state, now));
      case WatermarkRecord newest -> watermark = Optional.of(newest);
      case CheckpointRecord checkpoint ->
          checkpoints.put(checkpoint.at().logOffset(), checkpoint.at());
      case DeletedCheckpoint deleted -> checkpoints.remove(deleted.logOffset());
    }
  }

  KnownPositions known() {
    return new KnownPositions(
        watermark.map(WatermarkRecord::at),
        List.copyOf(checkpoints.values()),
        watermark.map(WatermarkRecord::unsettledAfter).orElse(OptionalLong.empty()));
  }

  /** Removes what is older than the lag and not the last of its key, and very old tombstones. */
  void compact(long now) {
    Map<StatePart, Integer> last = new HashMap<>();
    for (int i = 0; i < states.size(); i++) {
      last.put(states.get(i).record().part(), i);
    }
    Set<Integer> gone = new HashSet<>();
    for (int i = 0; i < states.size(); i++) {
      Stored stored = states.get(i);
      boolean superseded = last.get(stored.record().part()) != i;
      boolean old = now - stored.at() >= COMPACTION_LAG;
      boolean forgotten = stored.record().state().isEmpty() && now - stored.at() >= TOMBSTONES;
      if ((superseded && old) || forgotten) {
        gone.add(i);
      }
    }
    compacted += gone.size();
    List<Stored> left = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      if (!gone.contains(i)) {
        left.add(states.get(i));
      }
    }
    states.clear();
    states.addAll(left);
  }

  void load(StreamStore store, int partition) {
    StateMerge merge = new StateMerge(store, partition);
    int read = 0;
    for (Stored stored : states) {
      StateRecord record = stored.record();
      merge.read(record.part(), record.logOffset(), record.state());
      if (++read % 7 == 0) {
        merge.store();
      }
    }
    merge.end();
  }
}
