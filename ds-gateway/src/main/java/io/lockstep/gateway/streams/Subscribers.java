package io.lockstep.gateway.streams;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who has subscribed to one stream, by connection, so that a pass serves one after the other. */
final class Subscribers<F> {
  private final Map<Line, Row<F>> rows = new LinkedHashMap<>();

  /** The subscriptions on one connection, in no order. */
  static final class Row<F> {
    final Line line;
    private final List<Subscription<F>> streams = new ArrayList<>(1);

    private Row(Line line) {
      this.line = line;
    }

    /**
     * Lets each deliver what there is. It may remove itself and others meanwhile: going from the
     * end, what moves into a free place was served already.
     */
    void serve(long now) {
      for (int i = streams.size() - 1; i >= 0; i = Math.min(i, streams.size()) - 1) {
        Subscription<F> stream = streams.get(i);
        stream.client.live(stream, now);
      }
    }
  }

  void add(Subscription<F> stream) {
    Row<F> row = rows.computeIfAbsent(stream.client.line, Row::new);
    stream.place = row.streams.size();
    row.streams.add(stream);
  }

  void remove(Subscription<F> stream) {
    Row<F> row = rows.get(stream.client.line);
    int place = stream.place;
    if (row == null || place >= row.streams.size() || row.streams.get(place) != stream) {
      return;
    }
    Subscription<F> last = row.streams.removeLast();
    if (last != stream) {
      row.streams.set(place, last);
      last.place = place;
    } else if (row.streams.isEmpty()) {
      rows.remove(row.line);
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  Collection<Row<F>> rows() {
    return rows.values();
  }
}
