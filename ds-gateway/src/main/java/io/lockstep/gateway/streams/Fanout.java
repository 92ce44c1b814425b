package io.lockstep.gateway.streams;

import io.lockstep.gateway.meter.GatewayMeter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The fan-out of one event loop.
 *
 * <pre>
 *   log ── live ──▶ StreamFeed (newest entries) ──▶ Subscription (cursor) ──▶ Client ──▶ Sink
 *   owner ── history ──────────────────────────────────▲
 * </pre>
 *
 * A subscription takes the entry after its cursor from the feed, or from history when the feed no
 * longer has it; sequence numbers are dense, so the two join without a hole or a repeat. Not
 * thread-safe: everything, also the source's replies, happens on one thread.
 */
public final class Fanout<F> {
  /** Wait before history is asked again when the owner lags behind or cannot be reached. */
  static final long HISTORY_RETRY_MILLIS = 50;

  private final StreamSource<F> source;
  private final Timers timers;
  private final FanoutLimits limits;
  private final StreamLimits shared;
  private final GatewayMeter meter;
  private final MemoryBudget budget;
  private final StreamSource.PageSize pageSize;
  private final Map<String, StreamFeed<F>> feeds = new HashMap<>();
  private final Map<String, List<Reply<Snapshot>>> asked = new HashMap<>();

  /** Streams that many follow, and what is on its way there. The first one's turn is next. */
  private final LinkedHashMap<StreamFeed<F>, Round<F>> rounds = new LinkedHashMap<>();

  /** The next slice will come by itself. */
  private boolean slicing;

  /** Attachments that wait for their turn. */
  private final ArrayDeque<Attachment<F>> beginning = new ArrayDeque<>();

  /** How many have begun a moment ago. */
  private int begun;

  public Fanout(
      StreamSource<F> source,
      Timers timers,
      FanoutLimits limits,
      StreamLimits shared,
      GatewayMeter meter) {
    this.source = source;
    this.timers = timers;
    this.limits = limits;
    this.shared = shared;
    this.meter = meter;
    this.budget = new MemoryBudget(limits.allFeedsBytesMax());
    this.pageSize = new StreamSource.PageSize(limits.pageEntriesMax(), limits.pageBytesMax());
  }

  /**
   * A new client.
   *
   * @param line the connection that its sink is on
   */
  public Client<F> connect(Sink<F> sink, Line<F> line) {
    return new Client<>(this, sink, line);
  }

  /** A client that is told nothing about its connection. */
  Client<F> connect(Sink<F> sink) {
    return connect(sink, () -> {});
  }

  /** New entries from the log, in the order of the log; of streams that are not followed too. */
  public void live(List<Live<F>> entries) {
    Set<StreamFeed<F>> small = new LinkedHashSet<>();
    List<Live<F>> now = new ArrayList<>();
    long millis = timers.nowMillis();
    for (Live<F> entry : entries) {
      StreamFeed<F> feed = feeds.get(entry.key());
      if (feed != null && isLarge(feed)) {
        round(feed).add(entry);
      } else {
        now.add(entry);
        if (feed != null) {
          feed.live(entry.item(), millis);
          small.add(feed);
        }
      }
    }
    serve(small, millis);
    now.forEach(entry -> entry.served().run());
    if (!slicing) {
      slice();
    }
  }

  /** Whether it cannot be served at once without the others having to wait. */
  private boolean isLarge(StreamFeed<F> feed) {
    return rounds.containsKey(feed) || feed.subscribers().rows().size() > limits.slices().rowsMax();
  }

  private Round<F> round(StreamFeed<F> feed) {
    return rounds.computeIfAbsent(feed, one -> new Round<>(one, limits.slices()));
  }

  /** A slice of the round whose turn it is. */
  private void slice() {
    slicing = false;
    Map.Entry<StreamFeed<F>, Round<F>> first = rounds.pollFirstEntry();
    if (first == null) {
      return;
    }
    // It stands where others see it while it is served: what comes meanwhile has to wait.
    rounds.putLast(first.getKey(), first.getValue());
    if (first.getValue().goOn(timers.nowMillis(), this::othersWait)) {
      rounds.remove(first.getKey());
    }
    if (!rounds.isEmpty()) {
      slicing = true;
      timers.later(0, this::slice);
    }
  }

  private boolean othersWait() {
    return rounds.size() > 1 || source.hasMore();
  }

  private void serve(StreamFeed<F> feed) {
    if (isLarge(feed)) {
      round(feed).again();
      if (!slicing) {
        slice();
      }
    } else {
      serve(List.of(feed), timers.nowMillis());
    }
  }

  /** One connection after the other is given all that is new for it, of all streams. */
  private void serve(Collection<StreamFeed<F>> touched, long now) {
    if (touched.size() == 1) {
      touched.iterator().next().subscribers().serve(now);
      return;
    }
    Map<Line<F>, List<Row<F>>> due = new LinkedHashMap<>();
    for (StreamFeed<F> feed : touched) {
      for (Row<F> row : feed.subscribers().rows()) {
        due.computeIfAbsent(row.line, line -> new ArrayList<>(1)).add(row);
      }
    }
    due.forEach(
        (line, rows) -> {
          for (Row<F> row : rows) {
            var _ = row.serve(now);
          }
          line.flush();
        });
  }

  /**
   * An entry of a stream.
   *
   * @param served run when it was handed to all who could take it
   */
  public record Live<F>(String key, FeedItem<F> item, Runnable served) {}

  /**
   * The reader of the log has started again and may have left something out: learn from the owners
   * what there is. The predicate chooses the streams by key.
   */
  public void refresh(Predicate<String> concerned) {
    for (String key : List.copyOf(feeds.keySet())) {
      if (concerned.test(key)) {
        refresh(key);
      }
    }
  }

  private void refresh(String key) {
    state(
        key,
        Reply.of(
            this::refreshed, failure -> timers.later(HISTORY_RETRY_MILLIS, () -> refresh(key))));
  }

  private void refreshed(Snapshot snapshot) {
    StreamFeed<F> feed = feeds.get(snapshot.key());
    if (feed != null) {
      feed.know(snapshot);
      serve(feed);
    }
  }

  /** Streams with subscribers or attachments in progress. */
  public int feeds() {
    return feeds.size();
  }

  /** Bytes of entries held in memory. */
  public long feedBytes() {
    return budget.used();
  }

  StreamSource<F> source() {
    return source;
  }

  Timers timers() {
    return timers;
  }

  FanoutLimits limits() {
    return limits;
  }

  StreamLimits shared() {
    return shared;
  }

  GatewayMeter meter() {
    return meter;
  }

  /** The owner's state of a stream; questions that come while one is open are answered with it. */
  void state(String key, Reply<Snapshot> reply) {
    List<Reply<Snapshot>> waiting = asked.get(key);
    if (waiting != null) {
      waiting.add(reply);
      return;
    }
    asked.put(key, new ArrayList<>(List.of(reply)));
    source.state(
        key,
        Reply.of(
            snapshot -> asked.remove(key).forEach(one -> one.came(snapshot)),
            failure -> asked.remove(key).forEach(one -> one.failed(failure))));
  }

  /**
   * Lets an attachment begin, at once or when it is its turn: to catch up takes a hundred times as
   * long as a delivery, and when all come back at once the others are not to wait for them.
   */
  void begin(Attachment<F> attachment) {
    beginning.add(attachment);
    beginSome();
  }

  private void beginSome() {
    while (begun < limits.slices().attachesMax() && !beginning.isEmpty()) {
      if (begun++ == 0) {
        timers.later(limits.slices().restMillis(), this::rested);
      }
      beginning.removeFirst().begin();
    }
  }

  private void rested() {
    begun = 0;
    beginSome();
  }

  StreamFeed<F> hold(String key) {
    StreamFeed<F> feed = feeds.computeIfAbsent(key, name -> new StreamFeed<>(name, limits, budget));
    feed.hold();
    return feed;
  }

  void release(StreamFeed<F> feed) {
    feed.release();
    dropIfUnused(feed);
  }

  void leave(Subscription<F> stream) {
    stream.feed.subscribers().remove(stream);
    dropIfUnused(stream.feed);
  }

  private void dropIfUnused(StreamFeed<F> feed) {
    if (feed.unused() && feeds.remove(feed.key, feed)) {
      Round<F> round = rounds.remove(feed);
      if (round != null) {
        round.drop();
      }
      feed.forget();
      source.unfollow(feed.key);
    }
  }

  /** Reads what comes after the subscription's cursor; one read serves all that wait for it. */
  void read(Subscription<F> stream) {
    if (stream.feed.joinRead(stream)) {
      ask(stream.feed, stream.cursor());
    }
  }

  private void ask(StreamFeed<F> feed, long after) {
    meter.historyRead();
    source.history(
        feed.key,
        after,
        pageSize,
        Reply.of(
            page -> {
              if (lags(page, after)) {
                timers.later(HISTORY_RETRY_MILLIS, () -> askAgain(feed, after));
              } else {
                answer(feed, after, page);
              }
            },
            failure -> timers.later(HISTORY_RETRY_MILLIS, () -> askAgain(feed, after))));
  }

  private boolean lags(HistoryPage<F> page, long after) {
    return page.items().isEmpty() && page.firstAvailable() <= after + 1;
  }

  private void askAgain(StreamFeed<F> feed, long after) {
    List<Subscription<F>> waiting = new ArrayList<>(feed.endRead(after));
    waiting.removeIf(Subscription::ended);
    for (Subscription<F> stream : waiting) {
      stream.client.pageCame(stream, Optional.empty());
    }
  }

  private void answer(StreamFeed<F> feed, long after, HistoryPage<F> page) {
    for (Subscription<F> stream : feed.endRead(after)) {
      if (page.firstAvailable() > after + 1) {
        stream.client.gap(stream, page.firstAvailable());
      } else {
        stream.client.pageCame(stream, Optional.of(page));
      }
    }
  }
}
