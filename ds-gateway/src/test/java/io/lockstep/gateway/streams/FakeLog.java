package io.lockstep.gateway.streams;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * One log partition, its owner and a gateway's reader, each as far behind the log as the test
 * wants; and a clock. Frames are texts {@code key/sequence}.
 */
final class FakeLog implements StreamSource<String>, Timers {
  private record Entry(String key, FeedItem<String> item) {}

  private record Timer(long at, long order, Runnable task) {}

  private final List<Entry> log = new ArrayList<>();
  final Map<String, Integer> trimmed = new HashMap<>();
  final ArrayDeque<Runnable> replies = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          (a, b) ->
              a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
  private final Set<String> followed = new HashSet<>();
  private final Map<String, Long> epochs = new HashMap<>();
  private long order;
  private long now = 1_000_000;
  int readerAt;
  int ownerAt;
  boolean ownerAway;
  int historyReads;

  /** Whether it says that more entries wait to be taken in. */
  boolean hasMore = true;

  /** Entries that the fan-out was given. */
  int offered;

  /** Those of them that were handed to all who could take them. */
  int served;

  Fanout<String> fanout;

  static PassHash pass(String key, long epoch) {
    try {
      return new PassHash(
          MessageDigest.getInstance("SHA-256")
              .digest((key + epoch).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A group: its first entry is the creation. */
  void create(String key) {
    epochs.put(key, 0L);
    append(key, Optional.of(new Opening(0, pass(key, 0), 1)));
  }

  void message(String key) {
    append(key, Optional.empty());
  }

  void commit(String key) {
    long epoch = epochs.merge(key, 1L, Long::sum);
    append(key, Optional.of(new Opening(epoch, pass(key, epoch), sequence(key) + 1)));
  }

  private void append(String key, Optional<Opening> opens) {
    long sequence = sequence(key) + 1;
    log.add(new Entry(key, new FeedItem<>(sequence, opens, bytes(sequence), key + "/" + sequence)));
  }

  /** Of an entry. */
  static int bytes(long sequence) {
    return 50 + 50 * (int) (sequence % 4);
  }

  long sequence(String key) {
    return log.stream().filter(entry -> entry.key().equals(key)).count();
  }

  long epoch(String key) {
    return epochs.getOrDefault(key, 0L);
  }

  /** Sequence number of the entry that opened the group's epoch. */
  long openedBy(String key, long epoch) {
    return log.stream()
        .filter(entry -> entry.key().equals(key))
        .flatMap(entry -> entry.item().opens().stream())
        .filter(opening -> opening.epoch() == epoch)
        .findFirst()
        .orElseThrow()
        .sequence();
  }

  /** The gateway's reader reads on by so many entries. */
  void read(int entries) {
    List<Fanout.Live<String>> batch = new ArrayList<>();
    while (entries-- > 0 && readerAt < log.size()) {
      Entry entry = log.get(readerAt++);
      if (followed.contains(entry.key())) {
        offered++;
        batch.add(new Fanout.Live<>(entry.key(), entry.item(), () -> served++));
      }
    }
    fanout.live(batch);
  }

  /** The reader starts again further on: so many entries never come, and the fan-out is told. */
  void skip(int entries) {
    readerAt = Math.min(log.size(), readerAt + entries);
    fanout.refresh(any -> true);
  }

  void fold(int entries) {
    ownerAt = Math.min(log.size(), ownerAt + entries);
  }

  void reply() {
    Runnable reply = replies.poll();
    if (reply != null) {
      reply.run();
    }
  }

  /** Lets time pass and everything due happen. */
  void pass(long millis) {
    long until = now + millis;
    while (!timers.isEmpty() && timers.peek().at() <= until) {
      Timer timer = timers.poll();
      now = Math.max(now, timer.at());
      timer.task().run();
    }
    now = until;
  }

  /** Until everything has been read, folded, answered and delivered. */
  void settle() {
    ownerAway = false;
    for (int round = 0; round < 300; round++) {
      read(Integer.MAX_VALUE);
      fold(Integer.MAX_VALUE - log.size());
      while (!replies.isEmpty()) {
        reply();
      }
      pass(10);
    }
  }

  @Override
  public boolean hasMore() {
    return hasMore;
  }

  @Override
  public void follow(String key, Reply<Long> reply) {
    followed.add(key);
    replies.add(() -> reply.came((long) readerAt - 1));
  }

  @Override
  public void unfollow(String key) {
    followed.remove(key);
  }

  @Override
  public void state(String key, Reply<Snapshot> reply) {
    if (ownerAway) {
      replies.add(() -> reply.failed(new IllegalStateException("away")));
      return;
    }
    List<Opening> openings = new ArrayList<>();
    long sequence = 0;
    for (Entry entry : log.subList(0, ownerAt)) {
      if (entry.key().equals(key)) {
        sequence = entry.item().sequence();
        entry.item().opens().ifPresent(openings::add);
      }
    }
    long epoch = openings.isEmpty() ? 0 : openings.getLast().epoch();
    List<Opening> kept = openings.subList(Math.max(0, openings.size() - 3), openings.size());
    Snapshot snapshot = new Snapshot(key, sequence > 0, sequence, epoch, kept, ownerAt - 1L);
    replies.add(() -> reply.came(snapshot));
  }

  @Override
  public void history(
      String key, long afterSequence, PageSize size, Reply<HistoryPage<String>> reply) {
    historyReads++;
    if (ownerAway) {
      replies.add(() -> reply.failed(new IllegalStateException("away")));
      return;
    }
    long first = trimmed.getOrDefault(key, 1);
    List<FeedItem<String>> items =
        log.subList(0, ownerAt).stream()
            .filter(entry -> entry.key().equals(key))
            .map(Entry::item)
            .filter(item -> item.sequence() > afterSequence && item.sequence() >= first)
            .limit(size.entriesMax())
            .toList();
    replies.add(() -> reply.came(new HistoryPage<>(items, first)));
  }

  @Override
  public long nowMillis() {
    return now;
  }

  @Override
  public void later(long millis, Runnable task) {
    timers.add(new Timer(now + millis, order++, task));
  }
}
