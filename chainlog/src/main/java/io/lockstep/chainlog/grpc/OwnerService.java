package io.lockstep.chainlog.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
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
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Answers for the streams that this process owns, of one or more logs. Errors: {@code
 * FAILED_PRECONDITION} with description {@value #NOT_OWNER}; {@code NOT_FOUND} for a log that is
 * not served here; {@code INVALID_ARGUMENT} for an empty key.
 */
public final class OwnerService extends OwnerGrpc.OwnerImplBase {
  /** Description of the status when another process owns the partition, or nobody yet. */
  public static final String NOT_OWNER = "NOT_OWNER";

  /** A page has at most so many entries. */
  public static final int PAGE_ENTRIES_MAX = 4096;

  /** A page ends before it would exceed this, whatever was asked for. */
  public static final int PAGE_BYTES_MAX = 4 << 20;

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

  private <T> void respond(String log, String key, StreamObserver<T> observer, Answer<T> answer) {
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
    T response;
    try {
      response = answer.answer(view);
    } catch (NotOwner e) {
      observer.onError(Status.FAILED_PRECONDITION.withDescription(NOT_OWNER).asException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
