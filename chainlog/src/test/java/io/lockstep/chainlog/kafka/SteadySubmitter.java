package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.LogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Submits at a fixed rate to all partitions, whatever happens to the answers, and remembers the
 * longest time that one of them took since it was last asked.
 */
final class SteadySubmitter implements AutoCloseable {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int KEYS = 40;

  private final LogClient<Add, Added> client;
  private final ConcurrentLinkedQueue<CompletableFuture<LogEntry<Added>>> answers =
      new ConcurrentLinkedQueue<>();
  private final AtomicLong longestNanos = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopping;

  SteadySubmitter(LogClient<Add, Added> client) {
    this.client = client;
    this.thread = Thread.ofPlatform().daemon().start(this::run);
  }

  private void run() {
    for (int i = 0; !stopping; i++) {
      long due = System.nanoTime();
      CompletableFuture<LogEntry<Added>> answer = client.submit(new Add("key" + i % KEYS, 1));
      answers.add(answer);
      var _ =
          answer.whenComplete(
              (_, _) -> longestNanos.accumulateAndGet(System.nanoTime() - due, Math::max));
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  /** The longest wait for an answer since this was called last. */
  Duration takeLongest() {
    return Duration.ofNanos(longestNanos.getAndSet(0));
  }

  long answered() {
    return answers.stream().filter(CompletableFuture::isDone).count();
  }

  /** Submits no more, and returns all answers; fails if one of them failed. */
  List<LogEntry<Added>> finish() throws Exception {
    close();
    List<LogEntry<Added>> all = new ArrayList<>();
    for (CompletableFuture<LogEntry<Added>> answer : answers) {
      all.add(answer.get(20, TimeUnit.SECONDS));
    }
    return all;
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
