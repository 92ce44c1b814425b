package io.lockstep.sequencer.law;

import java.util.Optional;

/**
 * The newest submissions of one kind of outcome, by their number in a count without holes: exactly
 * those with a number among the newest {@code size} and an age of at most {@link
 * StreamLimits#SEEN_AGE_MAX_MILLIS}. Immutable; what follows from one by another submission shares
 * all segments but the newest.
 *
 * <pre>
 *   first                                newest
 *   [ sealed ][ sealed ] ... [ sealed ][ open  ]      32 slots each
 *      part      part           part     in the head
 * </pre>
 *
 * <p>Segments go when the number or the time of everything in them is out of the window, oldest
 * first. A sealed segment is kept at {@code index % (size / 32)}, so that there are never more
 * parts than that; by the time a place is used again its segment is out of the window.
 */
final class Window {
  private final int size;
  private final long newest;
  private final long first;
  private final Segment open;
  private final Segment[] sealed;

  /**
   * @param size a multiple of {@link Segment#SLOTS}
   * @param sealed by {@code index % sealed.length}; null where there is none or it is missing
   */
  Window(int size, long newest, long first, Segment open, Segment[] sealed) {
    this.size = size;
    this.newest = newest;
    this.first = first;
    this.open = open;
    this.sealed = sealed;
  }

  static Window empty(int size) {
    return new Window(size, 0, 0, Segment.empty(0), new Segment[size / Segment.SLOTS]);
  }

  /** Without its sealed segments. */
  static Window restored(int size, long newest, long first, Segment open) {
    Window bare = new Window(size, newest, 0, open, new Segment[size / Segment.SLOTS]);
    return bare.from(Math.min(Math.max(first, bare.firstByNumber()), open.index()));
  }

  static boolean isFresh(long timeMillis, long now) {
    return LogTime.within(timeMillis, now, StreamLimits.SEEN_AGE_MAX_MILLIS);
  }

  int places() {
    return sealed.length;
  }

  long newest() {
    return newest;
  }

  /** Index of the oldest segment that counts. */
  long first() {
    return first;
  }

  Segment open() {
    return open;
  }

  /** The sealed segment with an index, if it counts and is here; else null. */
  Segment sealed(long index) {
    Segment found = sealed[place(index)];
    return found != null && found.index() == index && index >= first ? found : null;
  }

  /** What stands at a place; null for nothing. */
  Segment at(int place) {
    return sealed[place];
  }

  private int place(long index) {
    return (int) (index % sealed.length);
  }

  Optional<Remembered> find(long idHigh, long idLow, long now) {
    long from = newest - size + 1;
    Optional<Remembered> found = open.find(idHigh, idLow, from, now);
    for (long index = open.index() - 1; found.isEmpty() && index >= first; index--) {
      Segment segment = sealed(index);
      if (segment != null) {
        found = segment.find(idHigh, idLow, from, now);
      }
    }
    return found;
  }

  /**
   * After the submission that follows the newest one.
   *
   * @param now what is too old at this time goes
   */
  Window next(Remembered one, long now) {
    Segment segment =
        Segment.indexOf(one.number()) == open.index()
            ? open
            : Segment.empty(Segment.indexOf(one.number()));
    segment = segment.with(one);
    boolean full = Segment.slotOf(one.number()) == Segment.SLOTS - 1;
    Segment[] kept = sealed;
    if (full) {
      kept = sealed.clone();
      kept[place(segment.index())] = segment;
    }
    Segment nextOpen = full ? Segment.empty(segment.index() + 1) : segment;
    Window all = new Window(size, one.number(), first, nextOpen, kept);
    return all.from(all.firstThatCounts(now));
  }

  private Window from(long index) {
    return index == first ? this : new Window(size, newest, index, open, without(index));
  }

  private Segment[] without(long beforeIndex) {
    Segment[] kept = sealed.clone();
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] != null && kept[i].index() < beforeIndex) {
        kept[i] = null;
      }
    }
    return kept;
  }

  private long firstThatCounts(long now) {
    long index = Math.max(first, firstByNumber());
    while (index < open.index() && (sealed(index) == null || sealed(index).isOver(now))) {
      index++;
    }
    return index;
  }

  private long firstByNumber() {
    return Segment.indexOf(Math.max(1, newest - size + 1));
  }

  /** With a submission in its sealed segment, if that counts and lacks it; else the same window. */
  Window filled(Remembered one) {
    long index = Segment.indexOf(one.number());
    if (one.number() < 1 || index < first || index >= open.index()) {
      return this;
    }
    Segment before = sealed(index);
    Segment after = (before == null ? Segment.empty(index) : before).with(one);
    return after.equals(before) ? this : with(after);
  }

  /** With a sealed segment, if it counts; else the same window. */
  Window with(Segment segment) {
    if (segment.index() < first || segment.index() >= open.index()) {
      return this;
    }
    Segment[] more = sealed.clone();
    more[place(segment.index())] = segment;
    return new Window(size, newest, first, open, more);
  }

  boolean hasHoles() {
    for (long index = first; index < open.index(); index++) {
      if (sealed(index) == null) {
        return true;
      }
    }
    return false;
  }

  int bytes() {
    int bytes = Long.BYTES * sealed.length;
    for (Segment segment : sealed) {
      bytes += segment == null ? 0 : segment.bytes();
    }
    return bytes;
  }
}
