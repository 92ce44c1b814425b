package io.lockstep.gateway;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Notes who is said to call; refuses a publication by name and a claim without one. */
final class FakeKeyStore extends KeysGrpc.KeysImplBase implements ServerInterceptor {
  private static final Metadata.Key<String> CLIENT_ID =
      Metadata.Key.of("lockstep-client-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> INBOX_ID =
      Metadata.Key.of("lockstep-inbox-id", Metadata.ASCII_STRING_MARSHALLER);

  volatile String caller = "";

  ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, this);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    caller = all(headers, CLIENT_ID) + " " + all(headers, INBOX_ID);
    return Contexts.interceptCall(Context.current(), call, headers, next);
  }

  private static List<String> all(Metadata headers, Metadata.Key<String> key) {
    List<String> values = new ArrayList<>();
    headers.getAll(key).forEach(values::add);
    return values;
  }

  @Override
  public void count(CountRequest request, StreamObserver<CountResponse> answer) {
    answer.onNext(CountResponse.newBuilder().setOneTime(7).build());
    answer.onCompleted();
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    answer.onError(
        ErrorContract.error(
            Reason.INVALID_KEY_PACKAGE, "the first is bad", Map.of("rule", "signature")));
  }

  @Override
  public void claim(ClaimRequest request, StreamObserver<ClaimResponse> answer) {
    answer.onError(Status.UNKNOWN.withDescription("a defect").asRuntimeException());
  }
}
