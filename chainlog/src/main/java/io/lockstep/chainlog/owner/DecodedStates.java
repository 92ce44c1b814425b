package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.owner.ConfirmedStates.Known;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The states that were used last, within a bound of bytes: a stream with full windows counts for as
 * much as a hundred small ones. Also remembers that there is no state.
 */
final class DecodedStates<S> {
  /** Objects and map entries that hold a state together. */
  private static final int OVERHEAD_BYTES = 400;

  /** A decoded head takes more than its bytes. */
  private static final int DECODED_FACTOR = 3;

  private final long bytesMax;
  private final Map<String, Held<S>> held = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Held<S>(Known<S> known, int bytes) {}

  DecodedStates(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Null when it is not here. */
  Known<S> get(String key) {
    Held<S> found = held.get(key);
    return found == null ? null : found.known();
  }

  /** The newest one always stays, whatever its size. */
  void put(String key, Known<S> known, int encodedBytes) {
    int size = OVERHEAD_BYTES + 2 * key.length() + DECODED_FACTOR * encodedBytes;
    Held<S> before = held.put(key, new Held<>(known, size));
    bytes += size - (before == null ? 0 : before.bytes());
    Iterator<Held<S>> oldest = held.values().iterator();
    while (bytes > bytesMax && held.size() > 1) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }
}
