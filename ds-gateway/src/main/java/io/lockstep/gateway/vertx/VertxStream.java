package io.lockstep.gateway.vertx;

import io.grpc.StatusRuntimeException;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.gateway.admission.Refused;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.server.GrpcServerRequest;

/** A call as Vert.x serves it: gRPC-Web, and whatever {@link ConnectStreams} leaves to it. */
final class VertxStream implements CallStream {
  private final GrpcServerRequest<?, ConnectResponse> request;

  VertxStream(GrpcServerRequest<?, ConnectResponse> request) {
    this.request = request;
  }

  @Override
  public void begin(ConnectCall call) {
    request.errorHandler(error -> call.gone());
    request.exceptionHandler(error -> call.gone());
    request.response().exceptionHandler(error -> call.gone());
    var _ = request.response().writeHead();
  }

  /** Connect: the frames come on the call itself, which is over when the client says so. */
  void hear(ConnectCall call) {
    request.messageHandler(message -> frame(message, call));
    request.invalidMessageHandler(oversized -> call.fail(ConnectStream.tooLarge()));
    request.endHandler(end -> call.complete());
  }

  private static void frame(GrpcMessage message, ConnectCall call) {
    try {
      if (message.payload().length() > ConnectStream.MESSAGE_BYTES_MAX) {
        throw ConnectStream.tooLarge();
      }
      call.frame(Messages.parse(ConnectRequest.parser(), message));
    } catch (Refused | RuntimeException e) {
      call.fail(e);
    }
  }

  /** Listen: the frames come beside the call, which goes on when its request has ended. */
  void hearNothing() {
    request.messageHandler(more -> {});
    request.invalidMessageHandler(more -> {});
    request.endHandler(end -> {});
  }

  @Override
  public void pause() {
    request.pause();
  }

  @Override
  public void resume() {
    request.resume();
  }

  @Override
  public void end() {
    var _ = request.response().end();
  }

  @Override
  public void end(StatusRuntimeException status) {
    Statuses.end(request.response(), status);
  }
}
