package io.lockstep.chainlog.owner;

import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.store.StreamStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Confirmed states of one partition: those of the batch being folded, then a bounded cache of
 * decoded ones, then the store.
 */
final class ConfirmedStates<S> {
  private static final int DECODED_MAX = 1024;

  private final StreamStore store;
  private final Codec<S> codec;
  private final int partition;
  private final Map<String, Known<S>> changed = new HashMap<>();
  private final Map<String, Known<S>> decoded = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A state, if there is one, and the log offset of the newest entry folded into it; -1 when there
   * is none.
   */
  record Known<S>(Optional<S> state, long logOffset) {}

  ConfirmedStates(StreamStore store, Codec<S> codec, int partition) {
    this.store = store;
    this.codec = codec;
    this.partition = partition;
  }

  Known<S> get(String key) {
    Known<S> known = changed.get(key);
    if (known == null) {
      known = decoded.get(key);
    }
    if (known == null) {
      known =
          store.state(partition, key).map(this::decode).orElse(new Known<>(Optional.empty(), -1));
      remember(key, known);
    }
    return known;
  }

  void put(String key, Optional<S> state, long logOffset) {
    changed.put(key, new Known<>(state, logOffset));
  }

  /** Adds what changed since the last call. */
  void drainTo(List<StreamStore.Change> changes) {
    changed.forEach(
        (key, known) -> {
          changes.add(
              known.state().isPresent()
                  ? new StreamStore.PutState(key, encode(known))
                  : new StreamStore.DeleteState(key));
          remember(key, known);
        });
    changed.clear();
  }

  private void remember(String key, Known<S> known) {
    decoded.put(key, known);
    if (decoded.size() > DECODED_MAX) {
      decoded.remove(decoded.keySet().iterator().next());
    }
  }

  private StreamStore.StoredState encode(Known<S> known) {
    byte[] bytes = codec.encode(known.state().orElseThrow());
    return new StreamStore.StoredState(known.logOffset(), UnsafeByteOperations.unsafeWrap(bytes));
  }

  private Known<S> decode(StreamStore.StoredState stored) {
    try {
      return new Known<>(
          Optional.of(codec.decode(stored.bytes().toByteArray())), stored.logOffset());
    } catch (CodecException e) {
      throw new PartitionHalted(
          "a stored state cannot be decoded; was it written by a newer release?", e);
    }
  }
}
