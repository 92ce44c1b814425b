package io.lockstep.chainlog;

import com.google.protobuf.ByteString;

/**
 * What an owner can say about the streams of its partitions, in the fold's encoding: confirmed
 * facts only. Thread-safe.
 */
public interface StreamView {
  LogName log();

  /** The head of a state ({@link StateCodec}). */
  StateAnswer<ByteString> stateBytes(String key) throws NotOwner;

  /**
   * Entries after a sequence number. The page ends before it would exceed either limit, but has at
   * least one entry if there is one.
   */
  HistoryPage<ByteString> historyBytes(String key, long afterSequence, int maxEntries, int maxBytes)
      throws NotOwner;
}
