package io.lockstep.chainlog.grpc;

import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.kafka.ChainedReader;
import java.util.concurrent.CompletableFuture;

/**
 * States and histories as of all that this process has read of the log, from their owner in this
 * process or another: whoever was answered here finds what was answered. Thread-safe.
 */
public final class CurrentStreams<S, E> {
  private final ChainedReader<E> reader;
  private final LocalView<S, E> local;
  private final OwnerClient<S, E> owners;

  /** All of it stays the caller's. The reader must follow all partitions. */
  public CurrentStreams(ChainedReader<E> reader, LocalView<S, E> local, OwnerClient<S, E> owners) {
    this.reader = reader;
    this.local = local;
    this.owners = owners;
  }

  private interface Read<T> {
    T here() throws NotOwner;
  }

  private interface Ask<T> {
    CompletableFuture<T> owner(long asOf);
  }

  /** Fails with {@link OwnerUnavailable}. */
  public CompletableFuture<StateAnswer<S>> state(String key) {
    return read(key, () -> local.state(key), asOf -> owners.state(key, asOf));
  }

  /** A page of history, see {@link HistoryPage}. Fails with {@link OwnerUnavailable}. */
  public CompletableFuture<HistoryPage<E>> history(
      String key, long afterSequence, int maxEntries, int maxBytes) {
    return read(
        key,
        () -> local.history(key, afterSequence, maxEntries, maxBytes),
        asOf -> owners.history(key, asOf, afterSequence, maxEntries, maxBytes));
  }

  private <T> CompletableFuture<T> read(String key, Read<T> read, Ask<T> ask) {
    long asOf = reader.readTo(key);
    CompletableFuture<Void> folded;
    try {
      folded = local.folded(key, asOf);
    } catch (NotOwner e) {
      return ask.owner(asOf);
    }
    return OwnerService.awaited(folded)
        .thenCompose(
            done -> {
              try {
                return CompletableFuture.completedFuture(read.here());
              } catch (NotOwner e) {
                return CompletableFuture.<T>failedFuture(e);
              }
            })
        // Whoever is the owner by now.
        .exceptionallyCompose(failure -> ask.owner(asOf));
  }
}
