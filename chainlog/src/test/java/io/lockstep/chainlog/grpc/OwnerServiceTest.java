package io.lockstep.chainlog.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StreamView;
import io.lockstep.internal.v1.GetStateRequest;
import io.lockstep.internal.v1.GetStateResponse;
import io.lockstep.internal.v1.ReadHistoryRequest;
import io.lockstep.internal.v1.ReadHistoryResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class OwnerServiceTest {
  private static final LogName LOG = new LogName("some");

  /** An owner whose folding the test decides on. */
  private static final class Owner implements StreamView {
    final ConcurrentLinkedQueue<Long> asked = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Void> folded = new CompletableFuture<>();
    volatile long foldedTo;

    @Override
    public LogName log() {
      return LOG;
    }

    @Override
    public CompletableFuture<Void> folded(String key, long asOf) throws NotOwner {
      if (key.equals("of another")) {
        throw new NotOwner(LOG, 0);
      }
      asked.add(asOf);
      return asOf <= foldedTo ? CompletableFuture.completedFuture(null) : folded;
    }

    @Override
    public StateAnswer<ByteString> stateBytes(String key) {
      return new StateAnswer<>(Optional.of(ByteString.copyFromUtf8(key)), foldedTo);
    }

    @Override
    public HistoryPage<ByteString> historyBytes(
        String key, long afterSequence, int maxEntries, int maxBytes) {
      return new HistoryPage<>(List.of(), afterSequence + 1, foldedTo);
    }
  }

  private static final class Answered<T> implements StreamObserver<T> {
    final CompletableFuture<T> answer = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      answer.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}

    T await() throws Exception {
      return answer.get(1, TimeUnit.MINUTES);
    }

    Status refused() {
      CompletionException failed =
          Assertions.assertThrows(
              CompletionException.class, () -> answer.orTimeout(1, TimeUnit.MINUTES).join());
      return Status.fromThrowable(failed.getCause());
    }
  }

  private final Owner owner = new Owner();
  private final OwnerService service = new OwnerService(List.of(owner));

  private Answered<GetStateResponse> state(GetStateRequest.Builder request) {
    Answered<GetStateResponse> answered = new Answered<>();
    service.getState(request.setLog(LOG.name()).build(), answered);
    return answered;
  }

  @Test
  void whoeverNamesNoOffsetIsAnsweredAtOnce() {
    Answered<GetStateResponse> answered = state(GetStateRequest.newBuilder().setKey("g"));
    assertEquals("g", answered.answer.join().getState().toStringUtf8());
    assertEquals(List.of(-1L), List.copyOf(owner.asked));
  }

  @Test
  void anOwnerThatReadsBehindAnswersWhenItIsThere() throws Exception {
    Answered<GetStateResponse> answered =
        state(GetStateRequest.newBuilder().setKey("g").setAsOf(7));
    assertFalse(answered.answer.isDone());
    owner.foldedTo = 8;
    owner.folded.complete(null);
    assertEquals(8, answered.await().getFoldedTo());
  }

  @Test
  void anOwnerThatGoesOnLaggingSaysSo() {
    Answered<ReadHistoryResponse> answered = new Answered<>();
    service.readHistory(
        ReadHistoryRequest.newBuilder().setLog(LOG.name()).setKey("g").setAsOf(7).build(),
        answered);
    Status refused = answered.refused();
    assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
    assertEquals(OwnerService.LAGS, refused.getDescription());
  }

  @Test
  void oneThatStopsToOwnWhileSomebodyWaitsSaysThatItIsNoOwner() {
    Answered<GetStateResponse> answered =
        state(GetStateRequest.newBuilder().setKey("g").setAsOf(7));
    owner.folded.completeExceptionally(new NotOwner(LOG, 0));
    assertEquals(OwnerService.NOT_OWNER, answered.refused().getDescription());
    Answered<GetStateResponse> another =
        state(GetStateRequest.newBuilder().setKey("of another").setAsOf(7));
    assertEquals(Status.Code.FAILED_PRECONDITION, another.refused().getCode());
    assertInstanceOf(NotOwner.class, owner.folded.exceptionNow());
  }
}
