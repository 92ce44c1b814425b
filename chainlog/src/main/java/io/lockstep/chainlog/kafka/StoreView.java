package io.lockstep.chainlog.kafka;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.StreamView;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/**
 * Answers from the store for the partitions that are folded here. A standby answers as well: what
 * it says is confirmed, and carries how far it has folded.
 */
final class StoreView implements StreamView {
  private final LogName log;
  private final int partitions;
  private final StreamStore store;
  private final ToLongFunction<ByteString> newestSequence;
  private final Map<Integer, ? extends PartitionOwner<?, ?, ?>> owners;

  /**
   * @param newestSequence of the history that belongs to a state
   */
  StoreView(
      LogName log,
      int partitions,
      StreamStore store,
      ToLongFunction<ByteString> newestSequence,
      Map<Integer, ? extends PartitionOwner<?, ?, ?>> owners) {
    this.log = log;
    this.partitions = partitions;
    this.store = store;
    this.newestSequence = newestSequence;
    this.owners = owners;
  }

  @Override
  public LogName log() {
    return log;
  }

  @Override
  public CompletableFuture<Void> folded(String key, long asOf) throws NotOwner {
    return owner(Partitions.of(key, partitions)).folded(asOf);
  }

  @Override
  public StateAnswer<ByteString> stateBytes(String key) throws NotOwner {
    int partition = Partitions.of(key, partitions);
    PartitionOwner<?, ?, ?> owner = owner(partition);
    // The position first: the state may be newer than it, never older.
    long foldedTo = store.position(partition).map(ChainPosition::logOffset).orElse(-1L);
    Optional<ByteString> state =
        store.state(partition, key, StateCodec.HEAD).map(StreamStore.StoredState::bytes);
    return same(owner, new StateAnswer<>(state, foldedTo));
  }

  @Override
  public HistoryPage<ByteString> historyBytes(
      String key, long afterSequence, int maxEntries, int maxBytes) throws NotOwner {
    int partition = Partitions.of(key, partitions);
    PartitionOwner<?, ?, ?> owner = owner(partition);
    StreamStore.Range range =
        new StreamStore.Range(
            partition, key, afterSequence, maxEntries, maxBytes, owner.logBegin());
    HistoryPage<ByteString> page = store.history(range);
    if (page.firstAvailable() == 0) {
      // The state first: what comes after it is in the history.
      long next = nextSequence(partition, key);
      HistoryPage<ByteString> again = store.history(range);
      page =
          again.firstAvailable() == 0
              ? new HistoryPage<>(List.of(), next, again.foldedTo())
              : again;
    }
    return same(owner, page);
  }

  /** Of the stream's next entry; 0 when it never had one. */
  private long nextSequence(int partition, String key) {
    long newest =
        store
            .state(partition, key, StateCodec.HEAD)
            .map(StreamStore.StoredState::bytes)
            .map(newestSequence::applyAsLong)
            .orElse(0L);
    return newest == 0 ? 0 : newest + 1;
  }

  private PartitionOwner<?, ?, ?> owner(int partition) throws NotOwner {
    PartitionOwner<?, ?, ?> owner = owners.get(partition);
    if (owner == null || !owner.hasFolded()) {
      throw new NotOwner(log, partition);
    }
    return owner;
  }

  /** The store may have been dropped while it was read. */
  private <T> T same(PartitionOwner<?, ?, ?> owner, T answer) throws NotOwner {
    if (!owner.equals(owners.get(owner.partition()))) {
      throw new NotOwner(log, owner.partition());
    }
    return answer;
  }
}
