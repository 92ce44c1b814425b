package io.lockstep.directory.kafka;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.grpc.CurrentStreams;
import io.lockstep.chainlog.grpc.OwnerUnavailable;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogUnavailable;
import io.lockstep.chainlog.kafka.SubmissionUnknown;
import io.lockstep.directory.account.DirectoryLog;
import io.lockstep.directory.account.Refusal;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The chained log "lockstep.directory". States are those of {@link CurrentStreams}. */
public final class KafkaDirectoryLog implements DirectoryLog {

  private final LogClient<DirectoryCommand, DirectoryEntry> client;
  private final CurrentStreams<DirectoryState, DirectoryEntry> streams;

  public KafkaDirectoryLog(
      LogClient<DirectoryCommand, DirectoryEntry> client,
      CurrentStreams<DirectoryState, DirectoryEntry> streams) {
    this.client = client;
    this.streams = streams;
  }

  @Override
  public DirectoryEntry submit(DirectoryCommand command) {
    return await(client.submit(command)).entry();
  }

  @Override
  public Optional<DirectoryState> state(String key) {
    return await(streams.state(key)).state();
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
