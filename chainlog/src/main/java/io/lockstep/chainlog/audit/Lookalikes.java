package io.lockstep.chainlog.audit;

import io.lockstep.chainlog.ChainHead;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells copies of accepted records from strangers' records. Remembers a bounded number of both, so
 * a very late copy is neither.
 */
final class Lookalikes {
  /** Several times what one writer may have unconfirmed, and some megabytes. */
  static final int REMEMBERED_MAX = 1 << 16;

  private final Map<Long, ChainHead> accepted = new LinkedHashMap<>();
  private final Map<Seen, Long> ahead = new LinkedHashMap<>();
  private long copies;
  private long uncompared;
  private long foreign;

  private record Seen(long source, ChainHead head) {}

  void accepted(long source, ChainHead head) {
    accepted.put(source, head);
    forget(accepted);
    Long before = ahead.remove(new Seen(source, head));
    copies += before == null ? 0 : before;
  }

  /** A record for a submission that has its entry. */
  void answered(long source, ChainHead head) {
    ChainHead first = accepted.get(source);
    if (first == null) {
      uncompared++;
    } else if (first.equals(head)) {
      copies++;
    } else {
      foreign++;
    }
  }

  /** A record that does not fit (yet). It is a copy if one like it is accepted later. */
  void ahead(long source, ChainHead head) {
    ahead.merge(new Seen(source, head), 1L, Long::sum);
    Long forgotten = forget(ahead);
    foreign += forgotten == null ? 0 : forgotten;
  }

  void unreadable() {
    foreign++;
  }

  private static <K, V> V forget(Map<K, V> map) {
    if (map.size() <= REMEMBERED_MAX) {
      return null;
    }
    var eldest = map.entrySet().iterator();
    V value = eldest.next().getValue();
    eldest.remove();
    return value;
  }

  long copies() {
    return copies;
  }

  long uncompared() {
    return uncompared;
  }

  long foreign() {
    return foreign + ahead.values().stream().mapToLong(Long::longValue).sum();
  }
}
