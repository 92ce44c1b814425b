package io.lockstep.gateway.log;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogUnavailable;
import io.lockstep.chainlog.kafka.SubmissionUnknown;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Submissions on their way. The log's client may hold its caller for a moment when Kafka is slow,
 * and an event loop must not wait, so each is handed over on a virtual thread of its own.
 */
public final class Submissions implements AutoCloseable {
  private final Function<StreamCommand, CompletableFuture<LogEntry<StreamEntry>>> log;
  private final Semaphore room;
  private final Map<Long, CompletableFuture<StreamEntry>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong tickets = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Hands submissions to the log.
   *
   * @param log {@link LogClient#submit}; may hold its caller
   * @param pendingMax submissions that may wait for their outcome
   */
  public Submissions(
      Function<StreamCommand, CompletableFuture<LogEntry<StreamEntry>>> log, int pendingMax) {
    this.log = log;
    this.room = new Semaphore(pendingMax);
  }

  /** The entry that answers the command. Fails with {@link Refused}, on any thread. */
  public CompletableFuture<StreamEntry> submit(StreamCommand command) {
    if (!room.tryAcquire()) {
      return CompletableFuture.failedFuture(unavailable("too many submissions are waiting"));
    }
    CompletableFuture<StreamEntry> answer = new CompletableFuture<>();
    try {
      threads.execute(() -> submit(command, answer));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new Refused(Reason.SHUTTING_DOWN, "the gateway is shutting down: connect again"));
    }
    long ticket = tickets.incrementAndGet();
    waiting.put(ticket, answer);
    return answer.whenComplete(
        (entry, failure) -> {
          waiting.remove(ticket);
          room.release();
        });
  }

  private void submit(StreamCommand command, CompletableFuture<StreamEntry> answer) {
    CompletableFuture<LogEntry<StreamEntry>> submitted;
    try {
      submitted = log.apply(command);
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
      return;
    }
    var _ =
        submitted.whenComplete(
            (entry, failure) -> {
              if (failure == null) {
                answer.complete(entry.entry());
              } else {
                answer.completeExceptionally(refused(failure));
              }
            });
  }

  private static Refused unavailable(String why) {
    return new Refused(
        Reason.SERVICE_UNAVAILABLE,
        why,
        Map.of("retry_after_ms", Long.toString(LogClient.PROBE_PAUSE.toMillis())));
  }

  private static Throwable refused(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    return switch (cause) {
      case LogUnavailable away -> unavailable("the log did not take the submission");
      case SubmissionUnknown unknown ->
          new Refused(Reason.OUTCOME_UNKNOWN, "no outcome in time: submit again with the same id");
      default -> cause;
    };
  }

  /** Whoever still waits is told that the outcome is unknown. */
  public void abandon() {
    for (CompletableFuture<StreamEntry> answer : waiting.values()) {
      answer.completeExceptionally(
          new Refused(Reason.OUTCOME_UNKNOWN, "the gateway is shutting down: ask another one"));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
