package io.lockstep.keystore.kafka;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.grpc.OwnerUnavailable;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogUnavailable;
import io.lockstep.chainlog.kafka.SubmissionUnknown;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.keystore.store.KeyLog;
import io.lockstep.keystore.store.Refusal;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The chained log "lockstep.keys". States and histories are read from their owner, in this process
 * or another, and are taken only when the owner has folded all that this process has seen of the
 * partition: so whoever was answered here finds what was answered.
 */
public final class KafkaKeyLog implements KeyLog {
  private static final Duration READ_MAX = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 5;
  private static final int ENTRY_BYTES_MAX = 2 * KeyLimits.KEY_PACKAGE_BYTES_MAX;

  private final LogClient<KeyCommand, KeyEntry> client;
  private final ChainedReader<KeyEntry> reader;
  private final LocalView<KeyState, KeyEntry> local;
  private final OwnerClient<KeyState, KeyEntry> owners;

  public KafkaKeyLog(
      LogClient<KeyCommand, KeyEntry> client,
      ChainedReader<KeyEntry> reader,
      LocalView<KeyState, KeyEntry> local,
      OwnerClient<KeyState, KeyEntry> owners) {
    this.client = client;
    this.reader = reader;
    this.local = local;
    this.owners = owners;
  }

  @Override
  public List<KeyEntry> submit(List<KeyCommand> commands) {
    List<CompletableFuture<LogEntry<KeyEntry>>> answers =
        commands.stream().map(client::submit).toList();
    return answers.stream().map(answer -> await(answer).entry()).toList();
  }

  @Override
  public Optional<KeyState> state(String key) {
    return upToDate(key, () -> readState(key), StateAnswer::foldedTo).state();
  }

  @Override
  public KeyEntry entry(String key, long sequence) {
    HistoryPage<KeyEntry> page =
        upToDate(key, () -> readEntry(key, sequence), HistoryPage::foldedTo);
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

  private StateAnswer<KeyState> readState(String key) {
    try {
      return local.state(key);
    } catch (NotOwner e) {
      return await(owners.state(key));
    }
  }

  private HistoryPage<KeyEntry> readEntry(String key, long sequence) {
    try {
      return local.history(key, sequence - 1, 1, ENTRY_BYTES_MAX);
    } catch (NotOwner e) {
      return await(owners.history(key, sequence - 1, 1, ENTRY_BYTES_MAX));
    }
  }

  private <T> T upToDate(String key, Supplier<T> read, ToLongFunction<T> foldedTo) {
    int partition = Partitions.of(key, reader.partitions());
    long seen = reader.position(partition).map(ChainPosition::logOffset).orElse(-1L);
    long untilNanos = System.nanoTime() + READ_MAX.toNanos();
    T answer = read.get();
    while (foldedTo.applyAsLong(answer) < seen) {
      if (System.nanoTime() - untilNanos > 0) {
        throw new Refusal(Reason.SERVICE_UNAVAILABLE, "the owner of the partition lags behind");
      }
      pause();
      answer = read.get();
    }
    return answer;
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
