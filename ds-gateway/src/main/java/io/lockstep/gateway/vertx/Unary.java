package io.lockstep.gateway.vertx;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Serves a method that takes one message and answers with one. */
final class Unary<Q extends MessageLite, R extends MessageLite>
    implements Handler<GrpcServerRequest<Q, R>> {
  private static final String AUTHORIZATION = "authorization";

  private final Parser<Q> parser;
  private final Lifecycle lifecycle;
  private final Duration wholeWithin;
  private final Logic<Q, R> logic;

  /** What the method does; called on the event loop, so it must not wait. */
  interface Logic<Q, R> {
    /**
     * Begins to answer.
     *
     * @return fails with {@link Refused} or a status of the error table, on any thread
     */
    CompletableFuture<R> answer(Q request, Caller caller) throws Refused;
  }

  /**
   * @param wholeWithin time for the request message to come in
   */
  Unary(Parser<Q> parser, Lifecycle lifecycle, Duration wholeWithin, Logic<Q, R> logic) {
    this.wholeWithin = wholeWithin;
    this.parser = parser;
    this.lifecycle = lifecycle;
    this.logic = logic;
  }

  @Override
  public void handle(GrpcServerRequest<Q, R> request) {
    new Call(request).begin();
  }

  private final class Call implements OneMessage.Taker<Q> {
    private final GrpcServerRequest<Q, R> request;
    private final Context context = Vertx.currentContext();
    private boolean done;

    Call(GrpcServerRequest<Q, R> request) {
      this.request = request;
    }

    void begin() {
      new OneMessage<>(request, parser, wholeWithin, this).read();
    }

    @Override
    public void gone() {
      done = true;
    }

    @Override
    public void failed(Throwable why) {
      fail(why);
    }

    @Override
    public void message(Q message) {
      CompletableFuture<R> answer;
      try {
        lifecycle.checkOpen();
        answer = logic.answer(message, caller());
      } catch (Refused | RuntimeException e) {
        fail(e);
        return;
      }
      lifecycle.begun();
      var _ =
          deadline(answer)
              .whenComplete(
                  (response, failure) -> {
                    lifecycle.ended();
                    context.runOnContext(
                        now -> {
                          if (failure == null) {
                            succeed(response);
                          } else {
                            fail(failure);
                          }
                        });
                  });
    }

    private Caller caller() {
      return Caller.of(
          Optional.ofNullable(request.headers().get(AUTHORIZATION)), request.connection());
    }

    /** The client's own deadline; what comes of a submission after it is unknown. */
    private CompletableFuture<R> deadline(CompletableFuture<R> answer) {
      if (request.timeout() <= 0) {
        return answer;
      }
      return answer.copy().orTimeout(request.timeout(), TimeUnit.MILLISECONDS);
    }

    private void succeed(R response) {
      if (!done) {
        done = true;
        var _ = request.response().endMessage(Messages.frame(response.toByteArray()));
      }
    }

    private void fail(Throwable failure) {
      if (!done) {
        done = true;
        Throwable known =
            failure instanceof TimeoutException
                ? new Refused(Reason.OUTCOME_UNKNOWN, "no outcome before the call's deadline")
                : failure;
        Statuses.end(request.response(), Statuses.of(known));
      }
    }
  }
}
