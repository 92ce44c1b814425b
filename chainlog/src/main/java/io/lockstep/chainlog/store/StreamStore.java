package io.lockstep.chainlog.store;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateCodec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

  /**
   * Log offset of the entry that has ended a part of a state, while that is remembered; means
   * nothing when there is such a part again.
   */
  OptionalLong deletedAt(int partition, String key, int part);

  /**
   * Some of the parts whose log offset is above {@code afterOffset}, also those that are gone.
   *
   * @param from where the page before has ended; empty for the first one
   */
  TouchedPage touched(int partition, long afterOffset, Optional<Place> from, int partsMax);

  /** Forgets the deletions up to a log offset. */
  void forgetDeletions(int partition, long logOffset);

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

  /** A part of a state, there or gone. */
  record Touched(String key, int part) {}

  /** Where a page has ended; only its store knows what that means. */
  record Place(ByteString key) {}

  /**
   * Parts that were found among a bounded number of parts.
   *
   * @param next empty when there are no more
   */
  record TouchedPage(List<Touched> parts, Optional<Place> next) {
    public TouchedPage {
      parts = List.copyOf(parts);
    }
  }

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

  /**
   * A part of a stream's state is gone; with all of them the stream is, and its history stays. That
   * it is gone is remembered until {@link #forgetDeletions}, or until there is one again.
   *
   * @param logOffset of the entry that has ended it
   */
  record DeleteState(String key, int part, long logOffset) implements Change {}

  /** An entry of a stream's history. */
  record PutHistory(String key, long sequence, long logOffset, ByteString entry)
      implements Change {}
}
