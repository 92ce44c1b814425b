package io.lockstep.gateway.streams;

import java.util.List;

/**
 * Consecutive entries of a stream, from its owner.
 *
 * @param firstAvailable lowest sequence number that is stored, 0 when none is
 */
public record HistoryPage<F>(List<FeedItem<F>> items, long firstAvailable) {
  public HistoryPage {
    items = List.copyOf(items);
  }
}
