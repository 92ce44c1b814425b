package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.Change;
import io.lockstep.chainlog.store.StreamStore.DeleteState;
import io.lockstep.chainlog.store.StreamStore.PutState;
import io.lockstep.chainlog.store.StreamStore.StoredState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Confirmed states of one partition: those of the batch being folded, then a cache of decoded ones
 * that is bounded in bytes, then the store.
 */
final class ConfirmedStates<S> {
  private final StreamStore store;
  private final StateCodec<S> codec;
  private final int partition;
  private final Map<String, Changed<S>> changed = new HashMap<>();
  private final DecodedStates<S> decoded;

  /**
   * A state, if there is one, and the log offset of the newest entry folded into it; -1 when there
   * is none.
   */
  record Known<S>(Optional<S> state, long logOffset) {}

  /**
   * @param stored what the store has of it
   */
  private record Changed<S>(Known<S> stored, Known<S> now) {}

  ConfirmedStates(StreamStore store, StateCodec<S> codec, int partition, long cacheBytesMax) {
    this.store = store;
    this.codec = codec;
    this.partition = partition;
    this.decoded = new DecodedStates<>(cacheBytesMax);
  }

  Known<S> get(String key) {
    Changed<S> change = changed.get(key);
    return change == null ? stored(key) : change.now();
  }

  private Known<S> stored(String key) {
    Known<S> known = decoded.get(key);
    if (known == null) {
      Optional<StoredState> head = store.state(partition, key, StateCodec.HEAD);
      known = head.isPresent() ? decode(key, head.get()) : new Known<>(Optional.empty(), -1);
      remember(key, known, head.map(h -> h.bytes().size()).orElse(0));
    }
    return known;
  }

  void put(String key, Optional<S> state, long logOffset) {
    Changed<S> before = changed.get(key);
    Known<S> stored = before == null ? stored(key) : before.stored();
    changed.put(key, new Changed<>(stored, new Known<>(state, logOffset)));
  }

  /** Adds what changed since the last call, and the parts that it is about. */
  void drainTo(List<Change> changes, Set<StatePart> parts) {
    changed.forEach(
        (key, change) -> {
          int before = changes.size();
          int headBytes = 0;
          if (change.now().state().isPresent()) {
            headBytes = addPresent(key, change, changes);
          } else {
            addGone(key, change.now().logOffset(), changes);
          }
          changes.subList(before, changes.size()).forEach(c -> parts.add(StatePart.of(c)));
          remember(key, change.now(), headBytes);
        });
    changed.clear();
  }

  private int addPresent(String key, Changed<S> change, List<Change> changes) {
    S after = change.now().state().orElseThrow();
    long offset = change.now().logOffset();
    codec.difference(
        change.stored().state(),
        after,
        new StateCodec.Changes() {
          @Override
          public void put(int part, byte[] bytes) {
            changes.add(
                new PutState(
                    key, part, new StoredState(offset, UnsafeByteOperations.unsafeWrap(bytes))));
          }

          @Override
          public void delete(int part) {
            changes.add(new DeleteState(key, part, offset));
          }
        });
    byte[] head = codec.encode(after);
    boolean sameHead = change.stored().state().isPresent() && change.stored().logOffset() == offset;
    if (!sameHead) {
      changes.add(
          new PutState(
              key,
              StateCodec.HEAD,
              new StoredState(offset, UnsafeByteOperations.unsafeWrap(head))));
    }
    return head.length;
  }

  private void addGone(String key, long logOffset, List<Change> changes) {
    changes.add(new DeleteState(key, StateCodec.HEAD, logOffset));
    store
        .sealed(partition, key)
        .keySet()
        .forEach(part -> changes.add(new DeleteState(key, part, logOffset)));
  }

  private void remember(String key, Known<S> known, int headBytes) {
    decoded.put(key, known, headBytes + known.state().map(codec::sealedBytes).orElse(0));
  }

  private Known<S> decode(String key, StoredState head) {
    try {
      S state = codec.decode(head.bytes().toByteArray());
      if (codec.hasHoles(state)) {
        Map<Integer, ByteString> sealed = new HashMap<>();
        store.sealed(partition, key).forEach((part, stored) -> sealed.put(part, stored.bytes()));
        state = codec.fill(state, sealed);
      }
      return new Known<>(Optional.of(state), head.logOffset());
    } catch (CodecException e) {
      throw new PartitionHalted(
          "a stored state cannot be decoded; was it written by a newer release?", e);
    }
  }
}
