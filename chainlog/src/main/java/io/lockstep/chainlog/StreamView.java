package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;

/**
 * What an owner can say about the streams of its partitions, in the fold's encoding: confirmed
 * facts only. Thread-safe.
 */
public interface StreamView {
  LogName log();

  /**
   * Done when everything in the key's partition up to this log offset is in the answers of this
   * view. Fails with {@link NotOwner} when this process stops to follow the partition. Whoever
   * waits no longer cancels it; what depends on it must not hold up the thread that completes it.
   *
   * @param asOf a log offset that somebody has read; -1 for none
   */
  CompletableFuture<Void> folded(String key, long asOf) throws NotOwner;

  /** The head of a state ({@link StateCodec}). */
  StateAnswer<ByteString> stateBytes(String key) throws NotOwner;

  /**
   * Entries after a sequence number. The page ends before it would exceed either limit, but has at
   * least one entry if there is one.
   */
  HistoryPage<ByteString> historyBytes(String key, long afterSequence, int maxEntries, int maxBytes)
      throws NotOwner;
}
