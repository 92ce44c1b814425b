package io.lockstep.gateway.vertx;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.Attached;
import io.lockstep.api.v1.CaughtUp;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.Detached;
import io.lockstep.api.v1.Gap;
import io.lockstep.api.v1.Opened;
import io.lockstep.api.v1.PassRequired;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.log.GrpcFrame;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.streams.Client;
import io.lockstep.gateway.streams.CreditLimits;
import io.lockstep.gateway.streams.Sink;
import io.lockstep.gateway.token.ClientIdentity;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One client's Connect or Listen call. Vert.x takes it in, hears the client and writes headers and
 * trailers; messages go by its {@link Output}. Lives on its event loop's thread.
 */
final class ConnectCall implements Sink<Delivery> {
  /**
   * Attachments and detachments that Send may bring while the client does not read the call; each
   * is answered by a frame, which waits.
   */
  private static final int UNREAD_MAX = 1_000;

  private static final String RETRY_AFTER_MILLIS = "1000";

  private final Vertx vertx;
  private final GrpcServerRequest<?, ConnectResponse> request;
  private final GrpcServerResponse<?, ConnectResponse> response;
  private final Output output;
  private final GatewayMeter meter;
  private final Runnable onEnd;
  private String clientId = "";
  private OpenCounts open;
  private int counted;
  private Client<Delivery> client;
  private ConnectFrames frames;
  private long expiryTimer = -1;
  private int unread;
  private boolean paused;
  private boolean ended;

  /**
   * @param output makes the output, of what it calls when there is room again
   * @param onEnd called once, when the call is over
   */
  ConnectCall(
      Vertx vertx,
      GrpcServerRequest<?, ConnectResponse> request,
      Function<Runnable, Output> output,
      GatewayMeter meter,
      Runnable onEnd) {
    this.vertx = vertx;
    this.request = request;
    this.response = request.response();
    this.output = output.apply(this::writable);
    this.meter = meter;
    this.onEnd = onEnd;
  }

  /** From now on it is told to the client what its streams have. */
  void begin(
      ClientIdentity identity,
      io.lockstep.gateway.streams.Fanout<Delivery> fanout,
      Rates rates,
      OpenCounts openCounts) {
    clientId = identity.clientId();
    open = openCounts;
    open.calls().change(clientId, 1);
    client = fanout.connect(this, output.line());
    frames = new ConnectFrames(client, identity, rates, open);
    request.errorHandler(error -> gone());
    request.exceptionHandler(error -> gone());
    response.exceptionHandler(error -> gone());
    long life = Math.max(1, identity.expiresMillis() - System.currentTimeMillis());
    expiryTimer =
        vertx.setTimer(
            life, id -> fail(new Refused(Reason.TOKEN_EXPIRED, "the token's lifetime has passed")));
    var _ = response.writeHead();
  }

  /** Connect: the frames come on the call itself, which is over when the client says so. */
  void hear() {
    request.messageHandler(this::message);
    request.invalidMessageHandler(
        oversized -> fail(new Refused(Reason.PAYLOAD_TOO_LARGE, "a frame is too large")));
    request.endHandler(end -> complete());
  }

  /** Listen: the frames come beside the call, which goes on when its request has ended. */
  void opened(ByteString id, List<Attach> first) {
    request.messageHandler(more -> {});
    request.invalidMessageHandler(more -> {});
    request.endHandler(end -> {});
    write(ConnectResponse.newBuilder().setOpened(Opened.newBuilder().setCallId(id)));
    try {
      take(first.stream().map(one -> ConnectRequest.newBuilder().setAttach(one).build()).toList());
    } catch (Refused | RuntimeException e) {
      // The call has ended with it.
      return;
    }
  }

  /**
   * Takes frames that came beside the call.
   *
   * @throws Refused when none was taken, or when the call has ended with one of them
   */
  void take(List<ConnectRequest> all) throws Refused {
    if (ended) {
      throw OpenedCalls.unknown();
    }
    countUnread(all);
    try {
      for (ConnectRequest frame : all) {
        frames.take(frame, this);
      }
    } catch (Refused | RuntimeException e) {
      fail(e);
      throw e;
    }
    countStreams();
  }

  private void countUnread(List<ConnectRequest> all) throws Refused {
    if (ready()) {
      return;
    }
    int answered = (int) all.stream().filter(frame -> !frame.hasAck()).count();
    if (unread + answered > UNREAD_MAX) {
      throw new Refused(
          Reason.RATE_LIMITED,
          "the client does not read the call: read it, then go on",
          Map.of("limit", "call-unread", "retry_after_ms", RETRY_AFTER_MILLIS));
    }
    unread += answered;
  }

  private void message(GrpcMessage message) {
    if (ended) {
      return;
    }
    try {
      frames.take(Messages.parse(ConnectRequest.parser(), message), this);
    } catch (Refused | RuntimeException e) {
      fail(e);
      return;
    }
    countStreams();
    // What a client asks for costs frames; one that does not read them is not heard either.
    if (!ended && !ready() && !paused) {
      paused = true;
      request.pause();
    }
  }

  private void writable() {
    if (ended || !ready()) {
      return;
    }
    unread = 0;
    if (paused) {
      paused = false;
      request.resume();
    }
    client.ready();
  }

  void fail(Throwable failure) {
    if (!ended) {
      StatusRuntimeException status = Statuses.of(failure);
      end();
      output.finish();
      Statuses.end(response, status);
    }
  }

  void shutDown() {
    fail(ErrorContract.error(Reason.SHUTTING_DOWN, "the gateway is shutting down: connect again"));
  }

  private void complete() {
    if (!ended) {
      end();
      output.finish();
      var _ = response.end();
    }
  }

  private void gone() {
    if (!ended) {
      end();
      output.drop();
    }
  }

  private void end() {
    ended = true;
    vertx.cancelTimer(expiryTimer);
    client.close();
    countStreams();
    open.calls().change(clientId, -1);
    onEnd.run();
  }

  private void countStreams() {
    int now = client.open();
    open.streams().change(clientId, now - counted);
    counted = now;
  }

  @Override
  public boolean ready() {
    return !ended && output.ready();
  }

  @Override
  public int place() {
    return output.place();
  }

  @Override
  public void delivery(String key, Delivery delivery) {
    meter.delivered(1, delivery.frame().length);
    output.write(delivery.frame());
  }

  @Override
  public void attached(String key, long sequence, long epoch, CreditLimits credit) {
    write(
        ConnectResponse.newBuilder()
            .setAttached(
                Attached.newBuilder()
                    .setStream(StreamRefs.of(key))
                    .setSequence(sequence)
                    .setEpoch(epoch)
                    .setCreditEntries(credit.entriesMax())
                    .setCreditBytes(credit.bytesMax())));
  }

  @Override
  public void caughtUp(String key, long sequence) {
    write(
        ConnectResponse.newBuilder()
            .setCaughtUp(
                CaughtUp.newBuilder().setStream(StreamRefs.of(key)).setSequence(sequence)));
  }

  @Override
  public void gap(String key, long firstAvailable) {
    write(
        ConnectResponse.newBuilder()
            .setGap(
                Gap.newBuilder().setStream(StreamRefs.of(key)).setFirstAvailable(firstAvailable)));
  }

  @Override
  public void passRequired(String key, long epoch, long graceMillis) {
    write(
        ConnectResponse.newBuilder()
            .setPassRequired(
                PassRequired.newBuilder()
                    .setStream(StreamRefs.of(key))
                    .setEpoch(epoch)
                    .setGraceMs((int) Math.min(Integer.MAX_VALUE, graceMillis))));
  }

  @Override
  public void refused(String key, Refused why) {
    meter.detached(why.reason());
    countStreams();
    write(
        ConnectResponse.newBuilder()
            .setDetached(
                Detached.newBuilder()
                    .setStream(StreamRefs.of(key))
                    .setReason(why.reason())
                    .setLimit(why.metadata().getOrDefault("limit", ""))
                    .setRetryAfterMs(
                        Integer.parseInt(why.metadata().getOrDefault("retry_after_ms", "0")))));
  }

  @Override
  public void detached(String key, Reason reason) {
    countStreams();
    write(
        ConnectResponse.newBuilder()
            .setDetached(Detached.newBuilder().setStream(StreamRefs.of(key)).setReason(reason)));
  }

  private void write(ConnectResponse.Builder frame) {
    if (!ended) {
      output.write(GrpcFrame.of(frame.build()));
    }
  }
}
