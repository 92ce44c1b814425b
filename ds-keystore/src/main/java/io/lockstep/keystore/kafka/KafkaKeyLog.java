package io.lockstep.keystore.kafka;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.grpc.CurrentStreams;
import io.lockstep.chainlog.grpc.OwnerUnavailable;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogUnavailable;
import io.lockstep.chainlog.kafka.SubmissionUnknown;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.keystore.store.KeyLog;
import io.lockstep.keystore.store.Refusal;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The chained log "lockstep.keys". States and histories are those of {@link CurrentStreams}. */
public final class KafkaKeyLog implements KeyLog {
  private static final int ENTRY_BYTES_MAX = 2 * KeyLimits.KEY_PACKAGE_BYTES_MAX;

  private final LogClient<KeyCommand, KeyEntry> client;
  private final CurrentStreams<KeyState, KeyEntry> streams;

  public KafkaKeyLog(
      LogClient<KeyCommand, KeyEntry> client, CurrentStreams<KeyState, KeyEntry> streams) {
    this.client = client;
    this.streams = streams;
  }

  @Override
  public List<KeyEntry> submit(List<KeyCommand> commands) {
    List<CompletableFuture<LogEntry<KeyEntry>>> answers =
        commands.stream().map(client::submit).toList();
    return answers.stream().map(answer -> await(answer).entry()).toList();
  }

  @Override
  public Optional<KeyState> state(String key) {
    return await(streams.state(key)).state();
  }

  @Override
  public KeyEntry entry(String key, long sequence) {
    HistoryPage<KeyEntry> page = await(streams.history(key, sequence - 1, 1, ENTRY_BYTES_MAX));
    if (page.firstAvailable() > sequence) {
      throw new Refusal(
          Reason.INVALID_FIELD,
          "claim_id was answered before, and its answer is no longer kept: use a new one");
    }
    return page.items().stream()
        .filter(item -> item.sequence() == sequence)
        .findFirst()
        .orElseThrow(() -> new Refusal(Reason.INTERNAL_ERROR, "the owner's history has a hole"))
        .entry();
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw refusal(e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause());
    }
  }

  private static Refusal refusal(Throwable cause) {
    return switch (cause) {
      case SubmissionUnknown unknown ->
          new Refusal(Reason.OUTCOME_UNKNOWN, "no answer in time; retry the same call", unknown);
      case LogUnavailable unavailable ->
          new Refusal(Reason.SERVICE_UNAVAILABLE, "the log takes no commands now", unavailable);
      case OwnerUnavailable unavailable ->
          new Refusal(Reason.SERVICE_UNAVAILABLE, "the owner does not answer", unavailable);
      default -> new Refusal(Reason.INTERNAL_ERROR, "the log failed", cause);
    };
  }

  private static Refusal interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new Refusal(Reason.SHUTTING_DOWN, "the service is going away", e);
  }
}
