package io.lockstep.directory.vertx;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** Lets calls be answered from any thread: the answers are written on the call's event loop. */
final class OnItsLoop implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Context loop = Vertx.currentContext();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata responseHeaders) {
            loop.runOnContext(now -> super.sendHeaders(responseHeaders));
          }

          @Override
          public void sendMessage(R message) {
            loop.runOnContext(now -> super.sendMessage(message));
          }

          @Override
          public void close(Status status, Metadata trailers) {
            loop.runOnContext(now -> super.close(status, trailers));
          }
        },
        headers);
  }
}
