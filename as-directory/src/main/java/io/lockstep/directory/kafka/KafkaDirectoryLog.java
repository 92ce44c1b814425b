package io.lockstep.directory.kafka;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.grpc.OwnerUnavailable;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogUnavailable;
import io.lockstep.chainlog.kafka.SubmissionUnknown;
import io.lockstep.directory.account.DirectoryLog;
import io.lockstep.directory.account.Refusal;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The chained log "lockstep.directory". A state is read from its owner, in this process or another,
 * and is taken only when the owner has folded all that this process has seen of the partition: so
 * whoever was answered here finds what was answered.
 */
public final class KafkaDirectoryLog implements DirectoryLog {
  private static final Duration READ_MAX = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 5;

  private final LogClient<DirectoryCommand, DirectoryEntry> client;
  private final ChainedReader<DirectoryEntry> reader;
  private final LocalView<DirectoryState, DirectoryEntry> local;
  private final OwnerClient<DirectoryState, DirectoryEntry> owners;

  public KafkaDirectoryLog(
      LogClient<DirectoryCommand, DirectoryEntry> client,
      ChainedReader<DirectoryEntry> reader,
      LocalView<DirectoryState, DirectoryEntry> local,
      OwnerClient<DirectoryState, DirectoryEntry> owners) {
    this.client = client;
    this.reader = reader;
    this.local = local;
    this.owners = owners;
  }

  @Override
  public DirectoryEntry submit(DirectoryCommand command) {
    return await(client.submit(command)).entry();
  }

  @Override
  public Optional<DirectoryState> state(String key) {
    int partition = Partitions.of(key, reader.partitions());
    long seen = reader.position(partition).map(ChainPosition::logOffset).orElse(-1L);
    long untilNanos = System.nanoTime() + READ_MAX.toNanos();
    StateAnswer<DirectoryState> answer = read(key);
    while (answer.foldedTo() < seen) {
      if (System.nanoTime() - untilNanos > 0) {
        throw new Refusal(Reason.SERVICE_UNAVAILABLE, "the owner of the partition lags behind");
      }
      pause();
      answer = read(key);
    }
    return answer.state();
  }

  private StateAnswer<DirectoryState> read(String key) {
    try {
      return local.state(key);
    } catch (NotOwner e) {
      return await(owners.state(key));
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
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
