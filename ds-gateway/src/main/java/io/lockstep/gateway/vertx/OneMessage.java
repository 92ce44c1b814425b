package io.lockstep.gateway.vertx;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.vertx.ConnectionGuard;
import io.lockstep.gateway.admission.Refused;
import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.Map;

/**
 * Reads the request of a method that takes one message: within a time, and with bounds for what of
 * a connection is not whole. Its taker is told one thing, once, unless the call is gone after the
 * message came.
 */
final class OneMessage<Q extends MessageLite> {
  private static final String RETRY_AFTER_MILLIS = "1000";

  private final GrpcServerRequest<?, ?> request;
  private final Parser<Q> parser;
  private final Duration wholeWithin;
  private final Taker<Q> taker;
  private final Context context = Vertx.currentContext();
  private final Channel channel;
  private long timer;
  private boolean coming;
  private boolean told;

  /** What comes of it. */
  interface Taker<Q> {
    void message(Q message);

    /** There will be no message: the call is to end with this. */
    void failed(Throwable why);

    /** The caller has given up, or its connection is gone. */
    void gone();
  }

  /**
   * @param wholeWithin time for the message to come in
   */
  OneMessage(
      GrpcServerRequest<?, ?> request, Parser<Q> parser, Duration wholeWithin, Taker<Q> taker) {
    this.request = request;
    this.parser = parser;
    this.wholeWithin = wholeWithin;
    this.taker = taker;
    this.channel = ConnectionGuard.channel(request.connection());
  }

  void read() {
    if (!ConnectionGuard.begun(channel)) {
      fail(
          new Refused(
              Reason.RATE_LIMITED,
              "too many requests of this connection are not whole",
              Map.of("limit", "connection-requests", "retry_after_ms", RETRY_AFTER_MILLIS)));
      ConnectionGuard.whole(channel);
      request.response().cancel();
      return;
    }
    coming = true;
    timer = context.owner().setTimer(wholeWithin.toMillis(), late -> tooSlow());
    request.errorHandler(error -> gone());
    request.exceptionHandler(error -> gone());
    request.response().exceptionHandler(error -> gone());
    request.messageHandler(this::message);
    request.invalidMessageHandler(
        oversized ->
            fail(new Refused(Reason.PAYLOAD_TOO_LARGE, "the request message is too large")));
    request.endHandler(
        end -> fail(new Refused(Reason.INVALID_FIELD, "the call brought no message")));
  }

  private void gone() {
    told = true;
    came();
    taker.gone();
  }

  /** Nothing more of the request is waited for. */
  private void came() {
    if (coming) {
      coming = false;
      ConnectionGuard.whole(channel);
      var _ = context.owner().cancelTimer(timer);
    }
  }

  private void tooSlow() {
    if (!told) {
      fail(
          new Refused(
              Reason.INVALID_FIELD,
              "the request message was not whole after " + wholeWithin.toSeconds() + " s"));
      // What has come of it is held as long as the stream is.
      request.response().cancel();
    }
  }

  private void message(GrpcMessage message) {
    if (told) {
      return;
    }
    Q parsed;
    try {
      parsed = Messages.parse(parser, message);
    } catch (Refused e) {
      fail(e);
      return;
    }
    told = true;
    came();
    taker.message(parsed);
  }

  private void fail(Throwable why) {
    if (!told) {
      told = true;
      came();
      taker.failed(why);
    }
  }
}
