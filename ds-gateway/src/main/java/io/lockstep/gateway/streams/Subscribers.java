package io.lockstep.gateway.streams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who has subscribed to one stream, by connection, so that a pass serves one after the other. */
final class Subscribers<F> {
  private final StreamFeed<F> feed;
  private final Map<Line<F>, Row<F>> byLine = new HashMap<>();

  /** In no order. */
  private final List<Row<F>> rows = new ArrayList<>();

  Subscribers(StreamFeed<F> feed) {
    this.feed = feed;
  }

  void add(Subscription<F> stream) {
    stream.row = byLine.computeIfAbsent(stream.client.line, this::row);
    stream.row.add(stream);
  }

  private Row<F> row(Line<F> line) {
    Row<F> row = new Row<>(line, feed);
    row.index = rows.size();
    rows.add(row);
    return row;
  }

  void remove(Subscription<F> stream) {
    Row<F> row = stream.row;
    row.remove(stream);
    if (row.isEmpty() && byLine.remove(row.line, row)) {
      Row<F> last = rows.removeLast();
      if (last != row) {
        rows.set(row.index, last);
        last.index = row.index;
      }
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  List<Row<F>> rows() {
    return rows;
  }

  /** Each connection is given all that is new of the stream. */
  void serve(long now) {
    // A row may go meanwhile: from the end, what moves to a free place was served already.
    for (int i = rows.size() - 1; i >= 0; i = Math.min(i, rows.size()) - 1) {
      Row<F> row = rows.get(i);
      var _ = row.serve(now);
      row.line.flush();
    }
  }
}
