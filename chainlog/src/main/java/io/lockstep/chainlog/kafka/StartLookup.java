package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.StartRule;
import io.lockstep.log.v1.Watermark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where to begin in a partition. One thread with one consumer answers all requests that have
 * come up together.
 */
public final class StartLookup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StartLookup.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final KafkaConnection kafka;
  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final Semaphore asked = new Semaphore(0);
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final Queue<Known> knowns = new ConcurrentLinkedQueue<>();
  private final Thread thread;

  private record Request(int partition, StartAt at, CompletableFuture<LogStart> answer) {}

  private record Known(int partition, CompletableFuture<KnownPositions> answer) {}

  private StartLookup(KafkaConnection kafka, LogName log) {
    this.kafka = kafka;
    this.log = log;
    this.offsets = new Offsets(kafka);
    this.partitions = offsets.partitions(log.log());
    this.thread = Thread.ofVirtual().name("start-lookup-" + log).unstarted(this::run);
  }

  /** The log's topics must exist. */
  public static StartLookup open(KafkaConnection kafka, LogName log) {
    StartLookup lookup = new StartLookup(kafka, log);
    lookup.thread.start();
    return lookup;
  }

  public int partitions() {
    return partitions;
  }

  /**
   * Fails with {@link PositionGone} when the log does not have what comes after the position that
   * was given, and with IllegalStateException when it has no place to begin from at all.
   */
  public CompletableFuture<LogStart> find(int partition, StartAt at) {
    CompletableFuture<LogStart> answer = new CompletableFuture<>();
    if (partition < 0 || partition >= partitions) {
      answer.completeExceptionally(
          new IllegalArgumentException("no partition " + partition + " in " + log));
    } else {
      requests.add(new Request(partition, at, answer));
      wake();
    }
    return answer;
  }

  /** All positions of a partition that its owners have published and not taken back. */
  CompletableFuture<KnownPositions> known(int partition) {
    CompletableFuture<KnownPositions> answer = new CompletableFuture<>();
    knowns.add(new Known(partition, answer));
    wake();
    return answer;
  }

  private void wake() {
    asked.release();
  }

  private void run() {
    try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(kafka, Map.of())) {
      while (true) {
        asked.acquire();
        asked.drainPermits();
        List<Request> batch = drained(requests);
        if (!batch.isEmpty()) {
          answer(consumer, batch);
        }
        List<Known> wanted = drained(knowns);
        if (!wanted.isEmpty()) {
          tell(consumer, wanted);
        }
      }
    } catch (InterruptedException e) {
      IllegalStateException closed = new IllegalStateException("the look-up is closed");
      drained(requests).forEach(r -> r.answer().completeExceptionally(closed));
      drained(knowns).forEach(k -> k.answer().completeExceptionally(closed));
    }
  }

  private static <T> List<T> drained(Queue<T> queue) {
    List<T> all = new ArrayList<>();
    for (T next = queue.poll(); next != null; next = queue.poll()) {
      all.add(next);
    }
    return all;
  }

  private void tell(KafkaConsumer<byte[], byte[]> consumer, List<Known> wanted) {
    try {
      Map<Integer, KnownPositions> known =
          WatermarkRecords.known(
              consumer,
              offsets,
              log,
              wanted.stream().map(Known::partition).distinct().toList(),
              partitions);
      wanted.forEach(k -> k.answer().complete(known.get(k.partition())));
    } catch (RuntimeException e) {
      wanted.forEach(k -> k.answer().completeExceptionally(e));
    }
  }

  private void answer(KafkaConsumer<byte[], byte[]> consumer, List<Request> batch) {
    try {
      Map<Integer, Watermark> watermarks = newest(consumer, batch);
      List<TopicPartition> all = batch.stream().map(this::partition).distinct().toList();
      Map<TopicPartition, LogBounds> bounds = offsets.bounds(all).join();
      List<Integer> trimmed =
          batch.stream()
              .filter(r -> needsAll(r, bounds.get(partition(r)), watermarks.get(r.partition())))
              .map(Request::partition)
              .distinct()
              .toList();
      Map<Integer, KnownPositions> known =
          trimmed.isEmpty()
              ? Map.of()
              : WatermarkRecords.known(consumer, offsets, log, trimmed, partitions);
      for (Request request : batch) {
        LogBounds there = bounds.get(partition(request));
        KnownPositions positions =
            known.getOrDefault(
                request.partition(),
                new KnownPositions(
                    Optional.ofNullable(watermarks.get(request.partition()))
                        .map(WatermarkRecords::position),
                    List.of(),
                    OptionalLong.empty()));
        answer(request, there, positions);
      }
    } catch (RuntimeException e) {
      batch.forEach(r -> r.answer().completeExceptionally(e));
    }
  }

  private TopicPartition partition(Request request) {
    return new TopicPartition(log.log(), request.partition());
  }

  /** All positions are many more records than the newest watermark. */
  private static boolean needsAll(Request request, LogBounds there, Watermark watermark) {
    return there.begin() > 0
        && switch (request.at()) {
          case StartAt.Beginning beginning -> true;
          case StartAt.Position given -> false;
          case StartAt.Watermark newest ->
              watermark == null || !there.continues(WatermarkRecords.position(watermark));
        };
  }

  private Map<Integer, Watermark> newest(
      KafkaConsumer<byte[], byte[]> consumer, List<Request> batch) {
    List<Integer> wanted =
        batch.stream()
            .filter(r -> r.at() instanceof StartAt.Watermark)
            .map(Request::partition)
            .distinct()
            .toList();
    return wanted.isEmpty()
        ? Map.of()
        : WatermarkRecords.newest(consumer, offsets, log, wanted, partitions);
  }

  private void answer(Request request, LogBounds there, KnownPositions known) {
    Optional<ChainPosition> from =
        switch (request.at()) {
          case StartAt.Beginning beginning -> StartRule.atBeginning(there, known);
          case StartAt.Position given -> StartRule.at(given.position(), there);
          case StartAt.Watermark newest -> StartRule.atWatermark(there, known);
        };
    if (from.isEmpty()) {
      String begins =
          "partition " + request.partition() + " of " + log + " begins at offset " + there.begin();
      request
          .answer()
          .completeExceptionally(
              request.at() instanceof StartAt.Position given
                  ? new PositionGone(
                      begins
                          + ": what comes after offset "
                          + given.position().logOffset()
                          + " is gone")
                  : new IllegalStateException(
                      begins + " and there is no position in it to begin from"));
      return;
    }
    if (request.at() instanceof StartAt.Beginning && there.begin() > 0) {
      LOG.warn(
          "partition {} of {} begins at offset {}: it is followed from offset {}, the oldest"
              + " position in it that its owners have confirmed",
          request.partition(),
          log,
          there.begin(),
          from.get().logOffset());
    }
    request.answer().complete(new LogStart(from.get(), there.begin()));
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    offsets.close();
  }
}
