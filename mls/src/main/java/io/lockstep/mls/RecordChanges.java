package io.lockstep.mls;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the records of a stored group change ({@link Group#changesSince}, {@link
 * PublicGroup#changesSince}). All of it must be written as one, or none. The values of a {@link
 * Group} hold secrets: encrypt them.
 */
public final class RecordChanges {
  private final SortedMap<RecordKey, byte[]> puts = new TreeMap<>();
  private final SortedSet<RecordKey> deletes = new TreeSet<>();

  RecordChanges() {}

  void put(RecordKey key, byte[] value) {
    deletes.remove(key);
    puts.put(key, value);
  }

  void delete(RecordKey key) {
    if (!puts.containsKey(key)) {
      deletes.add(key);
    }
  }

  /** Records to be written, over what is there. */
  public SortedMap<RecordKey, byte[]> puts() {
    return Collections.unmodifiableSortedMap(puts);
  }

  /** Records to be deleted; none of them is among {@link #puts}. */
  public SortedSet<RecordKey> deletes() {
    return Collections.unmodifiableSortedSet(deletes);
  }

  public boolean isEmpty() {
    return puts.isEmpty() && deletes.isEmpty();
  }

  public void applyTo(Map<RecordKey, byte[]> records) {
    deletes.forEach(records::remove);
    records.putAll(puts);
  }

  @Override
  public String toString() {
    return "RecordChanges[" + puts.size() + " written, " + deletes.size() + " deleted]";
  }
}
