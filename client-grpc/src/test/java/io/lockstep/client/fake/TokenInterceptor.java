package io.lockstep.client.fake;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;

/** Puts the bearer token of a call into its context. */
final class TokenInterceptor implements ServerInterceptor {
  static final Context.Key<String> TOKEN = Context.keyWithDefault("token", "");
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    String value = headers.get(AUTHORIZATION);
    String token = value == null ? "" : value.substring("Bearer ".length());
    Context context = Context.current().withValue(TOKEN, token);
    try {
      return Contexts.interceptCall(context, call, headers, next);
    } catch (StatusRuntimeException e) {
      call.close(e.getStatus(), e.getTrailers());
      return new ServerCall.Listener<>() {};
    }
  }
}
