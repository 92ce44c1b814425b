package io.lockstep.gateway.streams;

/**
 * Where a {@link Fanout} gets streams from. Every question is answered once, and in bounded time.
 *
 * @param <F> what goes to the client
 */
public interface StreamSource<F> {
  /** Whether entries from the log wait to be taken in. */
  boolean hasMore();

  /**
   * From now on, {@link Fanout#live} is called for every new entry of the stream. Answered with a
   * log offset: each entry above it will come that way, perhaps some before it too.
   */
  void follow(String key, Reply<Long> reply);

  void unfollow(String key);

  void state(String key, Reply<Snapshot> reply);

  /** Entries after a sequence number; fewer than there are if the owner lags behind the log. */
  void history(String key, long afterSequence, PageSize size, Reply<HistoryPage<F>> reply);

  /** A page ends before it would exceed either, but has one entry at least if there is one. */
  record PageSize(int entriesMax, int bytesMax) {}
}
