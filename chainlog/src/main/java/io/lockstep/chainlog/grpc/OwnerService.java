package io.lockstep.chainlog.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StreamView;
import io.lockstep.internal.v1.GetStateRequest;
import io.lockstep.internal.v1.GetStateResponse;
import io.lockstep.internal.v1.HistoryEntry;
import io.lockstep.internal.v1.OwnerGrpc;
import io.lockstep.internal.v1.ReadHistoryRequest;
import io.lockstep.internal.v1.ReadHistoryResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Answers for the streams that this process owns, of one or more logs. Errors: {@code
 * FAILED_PRECONDITION} with description {@value #NOT_OWNER}; {@code UNAVAILABLE} with description
 * {@value #LAGS}; {@code NOT_FOUND} for a log that is not served here; {@code INVALID_ARGUMENT} for
 * an empty key.
 */
public final class OwnerService extends OwnerGrpc.OwnerImplBase {
  /** Description of the status when another process owns the partition, or nobody yet. */
  public static final String NOT_OWNER = "NOT_OWNER";

  /** Description of the status when this owner has not read the log as far as was asked. */
  public static final String LAGS = "LAGS";

  /** An owner that lags for longer may be none any more, and others must be asked. */
  private static final long LAG_MILLIS_MAX = 500;

  /** A page has at most so many entries. */
  public static final int PAGE_ENTRIES_MAX = 4096;

  /** A page ends before it would exceed this, whatever was asked for. */
  public static final int PAGE_BYTES_MAX = 4 << 20;

  /** Comes before every log offset. */
  private static final long ANYTHING = -1;

  private final Map<String, StreamView> views;

  public OwnerService(List<? extends StreamView> views) {
    this.views = views.stream().collect(Collectors.toMap(v -> v.log().name(), Function.identity()));
  }

  private interface Answer<T> {
    T answer(StreamView view) throws NotOwner;
  }

  @Override
  public void getState(GetStateRequest request, StreamObserver<GetStateResponse> observer) {
    respond(
        request.getLog(),
        request.getKey(),
        request.hasAsOf() ? request.getAsOf() : ANYTHING,
        observer,
        view -> {
          StateAnswer<ByteString> answer = view.stateBytes(request.getKey());
          GetStateResponse.Builder response =
              GetStateResponse.newBuilder().setFoldedTo(answer.foldedTo());
          answer.state().ifPresent(response::setState);
          return response.build();
        });
  }

  @Override
  public void readHistory(
      ReadHistoryRequest request, StreamObserver<ReadHistoryResponse> observer) {
    respond(
        request.getLog(),
        request.getKey(),
        request.hasAsOf() ? request.getAsOf() : ANYTHING,
        observer,
        view -> {
          long after =
              request.getAfterSequence() < 0 ? Long.MAX_VALUE - 1 : request.getAfterSequence();
          HistoryPage<ByteString> page =
              view.historyBytes(
                  request.getKey(),
                  after,
                  limit(request.getMaxEntries(), PAGE_ENTRIES_MAX),
                  limit(request.getMaxBytes(), PAGE_BYTES_MAX));
          return response(page);
        });
  }

  private static ReadHistoryResponse response(HistoryPage<ByteString> page) {
    ReadHistoryResponse.Builder response =
        ReadHistoryResponse.newBuilder()
            .setFoldedTo(page.foldedTo())
            .setFirstAvailable(page.firstAvailable());
    for (HistoryPage.Item<ByteString> item : page.items()) {
      response.addEntries(
          HistoryEntry.newBuilder()
              .setSequence(item.sequence())
              .setLogOffset(item.logOffset())
              .setEntry(item.entry()));
    }
    return response.build();
  }

  /** An unsigned wish within a limit; none means the limit. */
  private static int limit(int wanted, int max) {
    return wanted <= 0 || wanted > max ? max : wanted;
  }

  private <T> void respond(
      String log, String key, long asOf, StreamObserver<T> observer, Answer<T> answer) {
    StreamView view = views.get(log);
    if (view == null) {
      observer.onError(
          Status.NOT_FOUND
              .withDescription("this process serves no log of this name")
              .asException());
      return;
    }
    if (key.isEmpty()) {
      observer.onError(Status.INVALID_ARGUMENT.withDescription("key is empty").asException());
      return;
    }
    CompletableFuture<Void> folded;
    try {
      folded = view.folded(key, asOf);
    } catch (NotOwner e) {
      folded = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> awaited = awaited(folded);
    var _ = awaited.whenComplete((done, failure) -> respond(view, awaited, observer, answer));
  }

  /**
   * The end of a wait for an owner that lags, in bounded time, and not on the thread that folds: it
   * has better things to do than what comes after.
   *
   * @param folded of {@link StreamView#folded}
   */
  static CompletableFuture<Void> awaited(CompletableFuture<Void> folded) {
    return folded.isDone()
        ? folded
        : folded
            .orTimeout(LAG_MILLIS_MAX, TimeUnit.MILLISECONDS)
            .whenCompleteAsync((done, failure) -> {}, Thread::startVirtualThread);
  }

  private static <T> void respond(
      StreamView view,
      CompletableFuture<Void> folded,
      StreamObserver<T> observer,
      Answer<T> answer) {
    T response;
    try {
      if (folded.isCompletedExceptionally()) {
        observer.onError(refusal(folded.exceptionNow()));
        return;
      }
      response = answer.answer(view);
    } catch (NotOwner e) {
      observer.onError(refusal(e));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private static StatusException refusal(Throwable why) {
    return switch (why) {
      case TimeoutException lags -> Status.UNAVAILABLE.withDescription(LAGS).asException();
      case NotOwner other -> Status.FAILED_PRECONDITION.withDescription(NOT_OWNER).asException();
      default -> Status.INTERNAL.withCause(why).asException();
    };
  }
}
