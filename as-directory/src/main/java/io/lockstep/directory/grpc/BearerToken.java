package io.lockstep.directory.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Takes the token out of the metadata {@code authorization: Bearer <token>}. */
public final class BearerToken implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "Bearer ";
  private static final Context.Key<String> TOKEN = Context.keyWithDefault("token", "");

  /** The token of the call that this thread serves; empty when it has none. */
  static String ofThisCall() {
    return TOKEN.get();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    String value = headers.get(AUTHORIZATION);
    if (value == null || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return next.startCall(call, headers);
    }
    String token = value.substring(SCHEME.length()).strip();
    return Contexts.interceptCall(Context.current().withValue(TOKEN, token), call, headers, next);
  }
}
