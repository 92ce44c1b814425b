package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainHead;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * States after entries that are written but not read back yet, and the chain that those entries
 * will make.
 */
final class Overlay<S> {
  private final Deque<Written> written = new ArrayDeque<>();
  private final Map<Long, ChainHead> heads = new HashMap<>();
  private final Map<String, Pending<S>> states = new HashMap<>();

  private record Written(String key, long source, ChainHead head) {}

  private record Pending<S>(Optional<S> state, int entries) {}

  /** Outer empty when no entry of this key is pending. */
  Optional<Optional<S>> state(String key) {
    Pending<S> pending = states.get(key);
    return pending == null ? Optional.empty() : Optional.of(pending.state());
  }

  void write(String key, Optional<S> state, long source, ChainHead head) {
    written.addLast(new Written(key, source, head));
    heads.put(source, head);
    Pending<S> before = states.get(key);
    states.put(key, new Pending<>(state, before == null ? 1 : before.entries() + 1));
  }

  boolean isEmpty() {
    return written.isEmpty();
  }

  /** True when the log took exactly what was written next; then that is no longer pending. */
  boolean confirm(ChainHead head) {
    Written next = written.peekFirst();
    if (next == null || !next.head().equals(head)) {
      return false;
    }
    written.removeFirst();
    heads.remove(next.source());
    Pending<S> pending = states.get(next.key());
    if (pending.entries() == 1) {
      states.remove(next.key());
    } else {
      states.put(next.key(), new Pending<>(pending.state(), pending.entries() - 1));
    }
    return true;
  }

  boolean isPending(long source, ChainHead head) {
    return head.equals(heads.get(source));
  }

  void clear() {
    written.clear();
    heads.clear();
    states.clear();
  }
}
