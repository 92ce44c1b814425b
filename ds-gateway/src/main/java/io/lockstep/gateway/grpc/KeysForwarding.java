package io.lockstep.gateway.grpc;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.token.ClientIdentity;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Hands Keys calls on to the key store, with the verified identity in metadata that is never taken
 * from a client.
 */
public final class KeysForwarding implements AutoCloseable {
  static final Metadata.Key<String> CLIENT_ID =
      Metadata.Key.of("lockstep-client-id", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> INBOX_ID =
      Metadata.Key.of("lockstep-inbox-id", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final Duration deadline;

  /** Takes the channel over. */
  public KeysForwarding(ManagedChannel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  public CompletableFuture<PublishResponse> publish(PublishRequest request, ClientIdentity who) {
    return answer(stub(who).publish(request));
  }

  public CompletableFuture<ClaimResponse> claim(ClaimRequest request, ClientIdentity who) {
    return answer(stub(who).claim(request));
  }

  public CompletableFuture<CountResponse> count(CountRequest request, ClientIdentity who) {
    return answer(stub(who).count(request));
  }

  private KeysGrpc.KeysFutureStub stub(ClientIdentity who) {
    Metadata identity = new Metadata();
    identity.put(CLIENT_ID, who.clientId());
    identity.put(INBOX_ID, who.inboxId());
    return KeysGrpc.newFutureStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(identity))
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static <T> CompletableFuture<T> answer(ListenableFuture<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Futures.addCallback(
        call,
        new FutureCallback<T>() {
          @Override
          public void onSuccess(T response) {
            answer.complete(response);
          }

          @Override
          public void onFailure(Throwable failure) {
            answer.completeExceptionally(known(failure));
          }
        },
        MoreExecutors.directExecutor());
    return answer;
  }

  /** The key store's own refusals pass; what the way to it does is ours to name. */
  private static Throwable known(Throwable failure) {
    if (ErrorContract.reason(failure).isPresent()) {
      return failure;
    }
    return switch (Status.fromThrowable(failure).getCode()) {
      case UNAVAILABLE, CANCELLED, RESOURCE_EXHAUSTED ->
          new Refused(Reason.SERVICE_UNAVAILABLE, "the key store cannot be reached");
      case DEADLINE_EXCEEDED ->
          new Refused(Reason.OUTCOME_UNKNOWN, "the key store gave no answer in time");
      default -> failure;
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
