package io.lockstep.sequencer.law;

import java.util.Arrays;
import java.util.Optional;

/**
 * The submissions {@code SLOTS * index + 1} and up of a {@link Window}, in columns. Immutable. A
 * slot may be missing when the state was put together from parts; see {@link StreamFold#remember}.
 */
final class Segment {
  static final int SLOTS = 32;

  private final long index;
  private final int known;
  private final long[] ids;
  private final long[] times;
  private final long[][] facts;

  /**
   * @param known bit i is set when slot i is there
   * @param ids two words for each slot
   * @param facts columns a, b and c of {@link Remembered.Facts}; a column of zeros may be empty
   */
  Segment(long index, int known, long[] ids, long[] times, long[][] facts) {
    this.index = index;
    this.known = known;
    this.ids = ids;
    this.times = times;
    this.facts = facts;
  }

  static Segment empty(long index) {
    return new Segment(index, 0, new long[0], new long[0], new long[3][0]);
  }

  static long indexOf(long number) {
    return (number - 1) / SLOTS;
  }

  static int slotOf(long number) {
    return (int) ((number - 1) % SLOTS);
  }

  long index() {
    return index;
  }

  long number(int slot) {
    return index * SLOTS + slot + 1;
  }

  int size() {
    return times.length;
  }

  boolean has(int slot) {
    return (known >>> slot & 1) == 1;
  }

  int known() {
    return known;
  }

  long idWord(int i) {
    return ids[i];
  }

  long time(int slot) {
    return times[slot];
  }

  long fact(int column, int slot) {
    return slot < facts[column].length ? facts[column][slot] : 0;
  }

  /** The segment with one more submission in its slot; what is there already stays. */
  Segment with(Remembered one) {
    int slot = slotOf(one.number());
    if (has(slot)) {
      return this;
    }
    int size = Math.max(times.length, slot + 1);
    long[] newIds = Arrays.copyOf(ids, 2 * size);
    newIds[2 * slot] = one.idHigh();
    newIds[2 * slot + 1] = one.idLow();
    long[] newTimes = Arrays.copyOf(times, size);
    newTimes[slot] = one.timeMillis();
    long[][] newFacts = {
      column(facts[0], slot, one.facts().a()),
      column(facts[1], slot, one.facts().b()),
      column(facts[2], slot, one.facts().c())
    };
    return new Segment(index, known | 1 << slot, newIds, newTimes, newFacts);
  }

  private static long[] column(long[] before, int slot, long value) {
    if (value == 0) {
      return before;
    }
    long[] after = Arrays.copyOf(before, Math.max(before.length, slot + 1));
    after[slot] = value;
    return after;
  }

  /** The newest submission with an id that passes; {@code from} on, and not too old. */
  Optional<Remembered> find(long idHigh, long idLow, long from, long now) {
    for (int slot = size() - 1; slot >= 0 && number(slot) >= from; slot--) {
      if (ids[2 * slot] == idHigh
          && ids[2 * slot + 1] == idLow
          && has(slot)
          && Window.isFresh(times[slot], now)) {
        Remembered.Facts found = new Remembered.Facts(fact(0, slot), fact(1, slot), fact(2, slot));
        return Optional.of(new Remembered(number(slot), idHigh, idLow, times[slot], found));
      }
    }
    return Optional.empty();
  }

  /** Whether nothing in here is young enough any more. */
  boolean isOver(long now) {
    for (int slot = 0; slot < size(); slot++) {
      if (has(slot) && Window.isFresh(times[slot], now)) {
        return false;
      }
    }
    return true;
  }

  /** About so much memory. */
  int bytes() {
    int words = ids.length + times.length;
    for (long[] column : facts) {
      words += column.length;
    }
    return Long.BYTES * words + 128;
  }
}
