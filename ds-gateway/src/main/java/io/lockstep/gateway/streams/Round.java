package io.lockstep.gateway.streams;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Entries of one stream on their way to many connections: a few entries at a time, to one
 * connection after the other, a slice and then another one, so that what is due to others comes in
 * between. Entries that come meanwhile wait for the next round; the feed does not know of them, so
 * it cannot push out of memory what this round still has to deliver.
 */
final class Round<F> {
  /** Slices one after the other: each look at all sockets costs, too. */
  private static final int ALONE = 16;

  private final StreamFeed<F> feed;
  private final SliceLimits limits;
  private final ArrayDeque<Fanout.Live<F>> waiting = new ArrayDeque<>();
  private final List<Fanout.Live<F>> taken = new ArrayList<>();

  /** Rows of the stream that are not served yet: those before it. */
  private int left;

  /** The feed has learnt of entries in another way, after rows were served. */
  private boolean again;

  Round(StreamFeed<F> feed, SliceLimits limits) {
    this.feed = feed;
    this.limits = limits;
  }

  void add(Fanout.Live<F> entry) {
    waiting.add(entry);
    feed.comes(entry.item().sequence());
  }

  /** Nobody follows the stream any more. */
  void drop() {
    taken.addAll(waiting);
    waiting.clear();
    again = false;
    taken.forEach(entry -> entry.served().run());
    taken.clear();
  }

  void again() {
    again = true;
  }

  /**
   * Goes on by a slice, or by some when nobody else has anything to deliver.
   *
   * @param othersWait whether somebody has
   * @return true when nothing is left
   */
  boolean goOn(long now, BooleanSupplier othersWait) {
    int deliveries = 0;
    int max = limits.deliveriesMax();
    while (deliveries < max || (deliveries < ALONE * max && !othersWait.getAsBoolean())) {
      if (left == 0 && !next(now)) {
        return true;
      }
      List<Row<F>> rows = feed.subscribers().rows();
      // A row may go meanwhile: from the end, what moves to a free place was served already.
      left = Math.min(left, rows.size());
      if (left > 0) {
        Row<F> row = rows.get(--left);
        deliveries += row.serve(now);
        row.line.flush();
      }
    }
    return false;
  }

  /** Whether there is something more to deliver. */
  private boolean next(long now) {
    taken.forEach(entry -> entry.served().run());
    taken.clear();
    int bytes = 0;
    while (!waiting.isEmpty()
        && taken.size() < limits.entriesMax()
        && (taken.isEmpty() || bytes + waiting.getFirst().item().bytes() <= feed.bytesMax())) {
      Fanout.Live<F> entry = waiting.removeFirst();
      bytes += entry.item().bytes();
      feed.live(entry.item(), now);
      taken.add(entry);
    }
    boolean more = !taken.isEmpty() || again;
    again = false;
    left = feed.subscribers().rows().size();
    return more;
  }
}
