package io.lockstep.chainlog.grpc;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.OwnerEndpoints;
import io.lockstep.internal.v1.GetStateRequest;
import io.lockstep.internal.v1.GetStateResponse;
import io.lockstep.internal.v1.OwnerGrpc;
import io.lockstep.internal.v1.ReadHistoryRequest;
import io.lockstep.internal.v1.ReadHistoryResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the owner of a stream for its state and history. Finds the owner by the newest watermark.
 * When that one is gone, silent, lags, or is no owner any more, it asks the other processes that
 * own something, among them the standby, and then begins again with what is newest.
 */
public final class OwnerClient<S, E> implements AutoCloseable {
  private static final Duration DEADLINE_DEFAULT = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 50;

  /** A process that is paused or cut off says nothing at all; a standby may know as much. */
  private static final Duration PATIENCE_FIRST = Duration.ofSeconds(1);

  private static final int RESPONSE_BYTES_MAX = 96 << 20;

  private final OwnerEndpoints endpoints;
  private final OwnerChannels channels;
  private final Codec<S> states;
  private final Codec<E> entries;
  private final Duration deadline;

  private OwnerClient(
      OwnerEndpoints endpoints,
      OwnerChannels channels,
      Codec<S> states,
      Codec<E> entries,
      Duration deadline) {
    this.endpoints = endpoints;
    this.channels = channels;
    this.states = states;
    this.entries = entries;
    this.deadline = deadline;
  }

  /** With a deadline of 10 s for each question, all attempts together. */
  public static <S, E> OwnerClient<S, E> start(
      KafkaConnection kafka,
      LogName log,
      Codec<S> states,
      Codec<E> entries,
      Function<String, ManagedChannel> channels) {
    return start(kafka, log, states, entries, channels, DEADLINE_DEFAULT);
  }

  /**
   * Starts to follow the watermarks.
   *
   * @param channels makes a channel to an endpoint (host:port); closed by this client
   */
  public static <S, E> OwnerClient<S, E> start(
      KafkaConnection kafka,
      LogName log,
      Codec<S> states,
      Codec<E> entries,
      Function<String, ManagedChannel> channels,
      Duration deadline) {
    return new OwnerClient<>(
        OwnerEndpoints.start(kafka, log), new OwnerChannels(channels), states, entries, deadline);
  }

  /**
   * The state of a stream. Fails with {@link OwnerUnavailable}.
   *
   * @param asOf log offset in the stream's partition that must be in the answer, -1 for none
   */
  public CompletableFuture<StateAnswer<S>> state(String key, long asOf) {
    GetStateRequest request =
        GetStateRequest.newBuilder()
            .setLog(endpoints.log().name())
            .setKey(key)
            .setAsOf(asOf)
            .build();
    return ask(key, stub -> stub.getState(request)).thenApply(this::stateAnswer);
  }

  /**
   * A page of a stream's history, see {@link HistoryPage}; the owner has limits of its own ({@link
   * OwnerService#PAGE_ENTRIES_MAX}). Fails with {@link OwnerUnavailable}.
   *
   * @param asOf log offset in the stream's partition that must be in the answer, -1 for none
   */
  public CompletableFuture<HistoryPage<E>> history(
      String key, long asOf, long afterSequence, int maxEntries, int maxBytes) {
    ReadHistoryRequest request =
        ReadHistoryRequest.newBuilder()
            .setLog(endpoints.log().name())
            .setKey(key)
            .setAsOf(asOf)
            .setAfterSequence(afterSequence)
            .setMaxEntries(maxEntries)
            .setMaxBytes(maxBytes)
            .build();
    return ask(key, stub -> stub.readHistory(request)).thenApply(this::page);
  }

  @Override
  public void close() {
    endpoints.close();
    channels.close();
  }

  private StateAnswer<S> stateAnswer(GetStateResponse response) {
    Optional<ByteString> state =
        response.hasState() ? Optional.of(response.getState()) : Optional.empty();
    return LocalView.decodeState(new StateAnswer<>(state, response.getFoldedTo()), states);
  }

  private HistoryPage<E> page(ReadHistoryResponse response) {
    List<HistoryPage.Item<ByteString>> items =
        response.getEntriesList().stream()
            .map(e -> new HistoryPage.Item<>(e.getSequence(), e.getLogOffset(), e.getEntry()))
            .toList();
    return LocalView.decodePage(
        new HistoryPage<>(items, response.getFirstAvailable(), response.getFoldedTo()), entries);
  }

  private interface Call<T> {
    ListenableFuture<T> start(OwnerGrpc.OwnerFutureStub stub);
  }

  private <T> CompletableFuture<T> ask(String key, Call<T> call) {
    Question<T> question = new Question<>(Partitions.of(key, endpoints.partitions()), call);
    question.begin();
    return question.answer;
  }

  /**
   * A question on its way: to the owner, then to the others in turn, since a standby can answer as
   * well. Each is waited for longer in the next round.
   */
  private final class Question<T> {
    private final int partition;
    private final Call<T> call;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final long untilNanos = System.nanoTime() + deadline.toNanos();
    private long patienceNanos = PATIENCE_FIRST.toNanos();
    private Iterator<String> round = Collections.emptyIterator();

    Question(int partition, Call<T> call) {
      this.partition = partition;
      this.call = call;
    }

    /** A round over all who may answer, with what is newest now. */
    void begin() {
      round = endpoints.candidates(partition).iterator();
      next(null);
    }

    /**
     * Asks the next one of the round.
     *
     * @param failure of the one before; null for the first
     */
    private void next(Throwable failure) {
      if (!round.hasNext()) {
        beginLater(failure);
        return;
      }
      OwnerGrpc.OwnerFutureStub stub =
          OwnerGrpc.newFutureStub(channels.to(round.next(), endpoints.current()))
              .withDeadlineAfter(
                  Math.clamp(untilNanos - System.nanoTime(), 1, patienceNanos),
                  TimeUnit.NANOSECONDS)
              .withMaxInboundMessageSize(RESPONSE_BYTES_MAX);
      Futures.addCallback(
          call.start(stub),
          new FutureCallback<T>() {
            @Override
            public void onSuccess(T response) {
              answer.complete(response);
            }

            @Override
            public void onFailure(Throwable failed) {
              switch (Status.fromThrowable(failed).getCode()) {
                case FAILED_PRECONDITION, UNAVAILABLE, NOT_FOUND, DEADLINE_EXCEEDED -> next(failed);
                default ->
                    answer.completeExceptionally(new OwnerUnavailable("the owner failed", failed));
              }
            }
          },
          MoreExecutors.directExecutor());
    }

    private void beginLater(Throwable failure) {
      if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS) - untilNanos > 0) {
        answer.completeExceptionally(
            new OwnerUnavailable("no owner of partition " + partition + " answers", failure));
        return;
      }
      patienceNanos *= 2;
      CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS).execute(this::begin);
    }
  }
}
