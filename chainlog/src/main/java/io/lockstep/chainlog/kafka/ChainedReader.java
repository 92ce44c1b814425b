package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Ahead;
import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skip;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.Partitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the chains of a log's partitions by the reader's rule and hands on what is part of the
 * log. One thread tails all followed partitions. A reader that is stuck says so, counts it, and
 * begins again at the watermark, then at the beginning.
 */
public final class ChainedReader<E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChainedReader.class);

  /**
   * Records ahead of the chain, and nothing that continues it, for so long: something is missing.
   */
  private static final Duration AHEAD_TIME_MAX = Duration.ofSeconds(10);

  private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

  private final LogName log;
  private final LogFormat<?, E> format;
  private final StartLookup starts;
  private final TailLoop loop;
  private final List<EntryListener<E>> listeners = new CopyOnWriteArrayList<>();
  private final ConcurrentHashMap<Integer, Follow> follows = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, ChainPosition> positions = new ConcurrentHashMap<>();
  private final Map<Integer, Tail> tails = new HashMap<>(); // the loop's thread only
  private final LongAdder accepted = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder undecodable = new LongAdder();
  private final LongAdder stuck = new LongAdder();

  private static final class Follow {
    final CompletableFuture<ChainPosition> begun = new CompletableFuture<>();
  }

  private static final class Tail {
    ChainFollower follower;
    long aheadSinceNanos;
    boolean waiting;
    final Ahead bearable = new Ahead();
    int restarts;

    Tail(LogStart start) {
      this.follower = start.follower();
    }
  }

  private ChainedReader(KafkaConnection kafka, LogName log, LogFormat<?, E> format) {
    this.log = log;
    this.format = format;
    this.starts = StartLookup.open(kafka, log);
    this.loop = new TailLoop(kafka, log.log(), "reader-" + log, new Records());
  }

  /** Follows nothing yet. The log's topics must exist. */
  public static <E> ChainedReader<E> start(
      KafkaConnection kafka, LogName log, LogFormat<?, E> format) {
    ChainedReader<E> reader = new ChainedReader<>(kafka, log, format);
    reader.loop.start();
    return reader;
  }

  public LogName log() {
    return log;
  }

  public int partitions() {
    return starts.partitions();
  }

  public void addListener(EntryListener<E> listener) {
    listeners.add(listener);
  }

  public void removeListener(EntryListener<E> listener) {
    listeners.remove(listener);
  }

  /** Follows from the watermark. Nothing changes for a partition that is followed already. */
  public CompletableFuture<ChainPosition> follow(int partition) {
    return follow(partition, new StartAt.Watermark());
  }

  /**
   * Completes when the place to begin is fixed: every entry after that position will be delivered,
   * so also the answer to whatever is submitted from then on. Nothing changes for a partition that
   * is followed already.
   */
  public CompletableFuture<ChainPosition> follow(int partition, StartAt at) {
    Follow mine = new Follow();
    Follow other = follows.putIfAbsent(partition, mine);
    if (other != null) {
      return other.begun;
    }
    var _ =
        starts
            .find(partition, at)
            .whenComplete(
                (start, failure) -> {
                  if (failure != null) {
                    follows.remove(partition, mine);
                    mine.begun.completeExceptionally(failure);
                  } else {
                    loop.execute(() -> begin(partition, start, mine));
                  }
                });
    return mine.begun;
  }

  public CompletableFuture<Void> followAll() {
    List<CompletableFuture<ChainPosition>> all = new ArrayList<>();
    for (int p = 0; p < partitions(); p++) {
      all.add(follow(p));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  public void unfollow(int partition) {
    if (follows.remove(partition) != null) {
      loop.execute(() -> end(partition));
    }
  }

  /** Newest accepted record of a partition that is followed. */
  public Optional<ChainPosition> position(int partition) {
    return Optional.ofNullable(positions.get(partition));
  }

  /** Log offset up to which a partition is read; -1 when nothing is. */
  public long readTo(int partition) {
    return position(partition).map(ChainPosition::logOffset).orElse(-1L);
  }

  /** The same of the partition of a stream's key. */
  public long readTo(String key) {
    return readTo(Partitions.of(key, partitions()));
  }

  public ReaderCounts counts() {
    return new ReaderCounts(accepted.sum(), skipped.sum(), undecodable.sum(), stuck.sum());
  }

  @Override
  public void close() {
    loop.close();
    starts.close();
  }

  private void begin(int partition, LogStart start, Follow follow) {
    if (follows.get(partition) == follow) {
      Tail tail = new Tail(start);
      tails.put(partition, tail);
      positions.put(partition, start.position());
      loop.tail(partition, tail.follower.firstOffset());
    }
    follow.begun.complete(start.position());
  }

  private void end(int partition) {
    if (!follows.containsKey(partition)) {
      tails.remove(partition);
      positions.remove(partition);
      loop.leave(partition);
    }
  }

  private void restart(int partition, String why) {
    Tail tail = tails.get(partition);
    tail.bearable.stuck(tail.follower.position().source());
    stuck.increment();
    LOG.error(
        "partition {} of {} cannot be followed from {}: {}",
        partition,
        log,
        tail.follower.position(),
        why);
    loop.leave(partition);
    tail.waiting = true;
    StartAt at = tail.restarts++ == 0 ? new StartAt.Watermark() : new StartAt.Beginning();
    var _ =
        starts
            .find(partition, at)
            .whenComplete(
                (start, failure) ->
                    loop.execute(
                        () -> {
                          if (tails.get(partition) != tail) {
                            return;
                          }
                          if (failure != null) {
                            restartLater(partition, tail, failure);
                            return;
                          }
                          tail.follower = start.follower(tail.bearable.recordsMax());
                          tail.waiting = false;
                          tail.aheadSinceNanos = 0;
                          positions.put(partition, start.position());
                          listeners.forEach(l -> l.onRestart(partition));
                          loop.tail(partition, tail.follower.firstOffset());
                        }));
  }

  private void restartLater(int partition, Tail tail, Throwable failure) {
    CompletableFuture.delayedExecutor(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () ->
                loop.execute(
                    () -> {
                      if (tails.get(partition) == tail) {
                        restart(partition, "no place to begin again: " + failure.getMessage());
                      }
                    }));
  }

  private final class Records implements TailLoop.Handler {
    @Override
    public void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next) {
      Tail tail = tails.get(partition);
      if (tail == null || tail.waiting) {
        return;
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        switch (tail.follower.read(record.offset(), value(record))) {
          case Accepted entry -> accept(partition, tail, entry);
          case Skipped skip -> skip(tail, skip);
          case Stuck end -> {
            restart(partition, end.why());
            return;
          }
        }
      }
      positions.put(partition, tail.follower.position());
      for (EntryListener<E> listener : listeners) {
        call(() -> listener.onProgress(partition, next - 1));
      }
    }

    @Override
    public void onOutOfRange(int partition) {
      if (tails.containsKey(partition)) {
        restart(partition, "the log does not have this offset");
      }
    }

    @Override
    public void onTick() {
      long now = System.nanoTime();
      tails.forEach(
          (partition, tail) -> {
            if (!tail.waiting
                && tail.aheadSinceNanos != 0
                && now - tail.aheadSinceNanos > tail.bearable.factor() * AHEAD_TIME_MAX.toNanos()) {
              restart(
                  partition, "records are ahead of the chain and none has continued it for long");
            }
          });
    }

    private void accept(int partition, Tail tail, Accepted step) {
      accepted.increment();
      tail.aheadSinceNanos = 0;
      if (!tail.bearable.isWhereItWasStuck(step.link().source())) {
        tail.restarts = 0;
      }
      if (!(step.link().body() instanceof Link.EntryBody body)) {
        return;
      }
      E entry;
      String key;
      try {
        entry = format.entries().decode(body.bytes());
        key = format.entryKey().apply(entry);
      } catch (CodecException | RuntimeException e) {
        undecodable.increment();
        LOG.error(
            "an entry in partition {} of {} at offset {} cannot be decoded; is this release too"
                + " old?",
            partition,
            log,
            step.logOffset(),
            e);
        return;
      }
      LogEntry<E> delivered =
          new LogEntry<>(
              partition,
              step.logOffset(),
              step.link().source(),
              key,
              step.head(),
              entry,
              body.bytes().size());
      // Before anybody is told: who then asks how far the log is must not be told less.
      positions.put(partition, tail.follower.position());
      for (EntryListener<E> listener : listeners) {
        call(() -> listener.onEntry(delivered));
      }
    }

    private void skip(Tail tail, Skipped step) {
      if (step.why() == Skip.ANCHOR) {
        return;
      }
      skipped.increment();
      if (step.why() == Skip.AHEAD && tail.aheadSinceNanos == 0) {
        tail.aheadSinceNanos = Math.max(1, System.nanoTime());
      }
    }

    private void call(Runnable listener) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.error("a listener of {} failed", log, e);
      }
    }
  }

  private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null ? new byte[0] : record.value();
  }
}
