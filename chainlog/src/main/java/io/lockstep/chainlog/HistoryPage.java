package io.lockstep.chainlog;

import java.util.List;

/**
 * A page of a stream's history, in order; empty when there is nothing after the sequence number
 * that was asked for.
 *
 * @param firstAvailable lowest sequence number that can still be read, or, when all entries are
 *     gone, the one that comes next; 0 when there never was one. Above the one asked for + 1 means
 *     that entries are gone, exactly those before it
 * @param foldedTo everything in the log partition up to this offset is folded into the answer; -1
 *     for nothing yet
 */
public record HistoryPage<E>(List<Item<E>> items, long firstAvailable, long foldedTo) {
  /** One entry of a stream's history. */
  public record Item<E>(long sequence, long logOffset, E entry) {}

  public HistoryPage {
    items = List.copyOf(items);
  }
}
