package io.lockstep.gateway.streams;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Who has subscribed to one stream, by connection, so that a pass serves one after the other. */
final class Subscribers<F> {
  private final StreamFeed<F> feed;
  private final Map<Line<F>, Row<F>> rows = new LinkedHashMap<>();

  Subscribers(StreamFeed<F> feed) {
    this.feed = feed;
  }

  void add(Subscription<F> stream) {
    stream.row = rows.computeIfAbsent(stream.client.line, line -> new Row<>(line, feed));
    stream.row.add(stream);
  }

  void remove(Subscription<F> stream) {
    stream.row.remove(stream);
    if (stream.row.isEmpty()) {
      rows.remove(stream.client.line, stream.row);
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  Collection<Row<F>> rows() {
    return rows.values();
  }
}
