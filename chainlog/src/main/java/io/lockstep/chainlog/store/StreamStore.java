package io.lockstep.chainlog.store;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateCodec;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Confirmed facts of the partitions that a process owns: state and history of each stream, and the
 * position that they belong to. It is a checkpoint: it can always be dropped and is then rebuilt
 * from the log. Thread-safe; batches are atomic, also across a crash, and a batch is never kept
 * without all earlier ones.
 */
public interface StreamStore extends AutoCloseable {
  /** Where the partition's facts end; empty when nothing is stored. */
  Optional<ChainPosition> position(int partition);

  /** One part of a stream's state; {@link StateCodec#HEAD} or a sealed one. */
  Optional<StoredState> state(int partition, String key, int part);

  /** All sealed parts of a stream's state that are stored. */
  SortedMap<Integer, StoredState> sealed(int partition, String key);

  /**
   * Entries of a stream after a sequence number, in order. The page ends before it would exceed
   * either limit, but has at least one entry if there is one. Its {@code foldedTo} is the stored
   * position's log offset, and {@code firstAvailable} is 0 when no entry can be read.
   */
  HistoryPage<ByteString> history(Range range);

  /**
   * Removes what the log has no more from the histories of some streams. Nothing may be written to
   * the partition meanwhile.
   *
   * @param logBegin entries of lower log offsets go
   * @param after the answer to the call before; empty for the first streams
   * @return where to go on; empty when that was the last stream
   */
  Optional<String> trim(int partition, long logBegin, Optional<String> after, int streamsMax);

  void write(int partition, Batch batch);

  /** Forgets everything about a partition. */
  void drop(int partition);

  @Override
  void close();

  /**
   * One part of a state in the fold's encoding, and the log offset of the newest entry that was
   * folded into the state when the part was stored.
   */
  record StoredState(long logOffset, ByteString bytes) {}

  /**
   * Which part of a stream's history to read.
   *
   * @param logBegin entries of lower log offsets are as good as removed
   */
  record Range(
      int partition, String key, long afterSequence, int maxEntries, int maxBytes, long logBegin) {}

  /** What one batch changes. The position is stored with it if it is present. */
  record Batch(List<Change> changes, Optional<ChainPosition> position) {
    public Batch {
      changes = List.copyOf(changes);
    }
  }

  /** One change of a batch; later ones win. */
  sealed interface Change {}

  /** A part of a stream's state, new or changed. */
  record PutState(String key, int part, StoredState state) implements Change {}

  /** A part of a stream's state is gone; with all of them the stream is, and its history stays. */
  record DeleteState(String key, int part) implements Change {}

  /** An entry of a stream's history. */
  record PutHistory(String key, long sequence, long logOffset, ByteString entry)
      implements Change {}
}
