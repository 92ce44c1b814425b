package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.Link;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * States after entries that are written but not read back yet, and the chain that those entries
 * will make.
 */
final class Overlay<S> {
  private final Deque<Written<S>> written = new ArrayDeque<>();
  private final Map<Long, ChainHead> heads = new HashMap<>();
  private final Map<String, Pending<S>> states = new HashMap<>();

  /** What was decided and sent as one record. */
  static final class Written<S> {
    private final Decider.Decision<S> decision;
    private final Link link;
    private final ChainHead head;
    private final byte[] value;

    /**
     * @param head of the chain after the link
     * @param value of the record
     */
    Written(Decider.Decision<S> decision, Link link, ChainHead head, byte[] value) {
      this.decision = decision;
      this.link = link;
      this.head = head;
      this.value = value;
    }

    Decider.Decision<S> decision() {
      return decision;
    }

    Link link() {
      return link;
    }

    ChainHead head() {
      return head;
    }
  }

  private record Pending<S>(Optional<S> state, int entries) {}

  /** Outer empty when no entry of this key is pending. */
  Optional<Optional<S>> state(String key) {
    Pending<S> pending = states.get(key);
    return pending == null ? Optional.empty() : Optional.of(pending.state());
  }

  /**
   * @param state of the decision's key afterwards
   */
  void write(Written<S> record, Optional<S> state) {
    written.addLast(record);
    heads.put(record.link().source(), record.head());
    String key = record.decision().key();
    Pending<S> before = states.get(key);
    states.put(key, new Pending<>(state, before == null ? 1 : before.entries() + 1));
  }

  /** What was written next, if a record of the log is just that, byte for byte. */
  Optional<Written<S>> next(byte[] value) {
    Written<S> next = written.peekFirst();
    return next != null && Arrays.equals(next.value, value) ? Optional.of(next) : Optional.empty();
  }

  boolean isEmpty() {
    return written.isEmpty();
  }

  /** True when the log took exactly what was written next; then that is no longer pending. */
  boolean confirm(ChainHead head) {
    Written<S> next = written.peekFirst();
    if (next == null || !next.head().equals(head)) {
      return false;
    }
    written.removeFirst();
    heads.remove(next.link().source());
    String key = next.decision().key();
    Pending<S> pending = states.get(key);
    if (pending.entries() == 1) {
      states.remove(key);
    } else {
      states.put(key, new Pending<>(pending.state(), pending.entries() - 1));
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
