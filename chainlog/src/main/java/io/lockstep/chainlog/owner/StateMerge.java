package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.Change;
import io.lockstep.chainlog.store.StreamStore.DeleteState;
import io.lockstep.chainlog.store.StreamStore.PutState;
import io.lockstep.chainlog.store.StreamStore.StoredState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the records of a state topic into a store that has nothing of the partition. Of a part's
 * records the one with the highest log offset counts, wherever it stands: an owner that was
 * replaced may have written an older one after it. Not thread-safe.
 */
public final class StateMerge {
  private final StreamStore store;
  private final int partition;
  private final Map<StatePart, Change> read = new LinkedHashMap<>();

  public StateMerge(StreamStore store, int partition) {
    this.store = store;
    this.partition = partition;
  }

  /**
   * The next record.
   *
   * @param logOffset of the entry that the part, or its end, is of
   * @param state empty when the part is gone
   */
  public void read(StatePart part, long logOffset, Optional<ByteString> state) {
    if (logOffset >= known(part)) {
      read.put(
          part,
          state.isPresent()
              ? new PutState(part.key(), part.part(), new StoredState(logOffset, state.get()))
              : new DeleteState(part.key(), part.part(), logOffset));
    }
  }

  /** The part is gone, and nobody says since when: what was read so far counts no more. */
  public void gone(StatePart part) {
    read(part, known(part), Optional.empty());
  }

  private long known(StatePart part) {
    Change before = read.get(part);
    if (before instanceof PutState put) {
      return put.state().logOffset();
    }
    if (before instanceof DeleteState delete) {
      return delete.logOffset();
    }
    return store
        .state(partition, part.key(), part.part())
        .map(StoredState::logOffset)
        .orElseGet(() -> store.deletedAt(partition, part.key(), part.part()).orElse(-1));
  }

  /** Stores what was read so far; to be called now and then, and at the end. */
  public void store() {
    store.write(partition, new StreamStore.Batch(List.copyOf(read.values()), Optional.empty()));
    read.clear();
  }

  /** What is gone is known to be gone by everybody who reads the topic. */
  public void end() {
    store();
    store.forgetDeletions(partition, Long.MAX_VALUE);
  }
}
