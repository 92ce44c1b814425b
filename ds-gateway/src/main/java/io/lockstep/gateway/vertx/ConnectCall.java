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
import io.lockstep.gateway.streams.Fanout;
import io.lockstep.gateway.streams.Sink;
import io.lockstep.gateway.token.ClientIdentity;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One client's Connect or Listen call. Its {@link CallStream} hears the client and writes head and
 * trailers; messages go by its {@link Output}. Lives on its event loop's thread.
 */
final class ConnectCall implements Sink<Delivery> {
  /**
   * Attachments and detachments that Send may bring while the client does not read the call; each
   * is answered by a frame, which waits.
   */
  private static final int UNREAD_MAX = 1_000;

  private static final String RETRY_AFTER_MILLIS = "1000";

  private final CallStream stream;
  private final Output output;
  private final Turns turns;
  private final GatewayMeter meter;
  private final Consumer<ConnectCall> onEnd;
  private String clientId = "";
  private OpenCounts open;
  private int counted;
  private Client<Delivery> client;
  private ConnectFrames frames;
  private Future<?> expiry;
  private int unread;
  private boolean paused;
  private boolean ended;

  /**
   * @param output makes the output, of what it calls when there is room again
   * @param turns of its event loop
   * @param onEnd called once, when the call is over
   */
  ConnectCall(
      CallStream stream,
      Function<Runnable, Output> output,
      Turns turns,
      GatewayMeter meter,
      Consumer<ConnectCall> onEnd) {
    this.stream = stream;
    this.output = output.apply(this::writable);
    this.turns = turns;
    this.meter = meter;
    this.onEnd = onEnd;
  }

  /** From now on it is told to the client what its streams have. */
  void begin(ClientIdentity identity, Fanout<Delivery> fanout, Rates rates, OpenCounts openCounts) {
    clientId = identity.clientId();
    open = openCounts;
    open.calls().change(clientId, 1);
    client = fanout.connect(this, output.line());
    frames = new ConnectFrames(client, identity, rates, open);
    long life = Math.max(1, identity.expiresMillis() - System.currentTimeMillis());
    expiry = turns.later(life, this::expire);
    stream.begin(this);
  }

  private void expire() {
    fail(new Refused(Reason.TOKEN_EXPIRED, "the token's lifetime has passed"));
  }

  /** Listen: the frames come beside the call. */
  void opened(ByteString id, List<Attach> first) {
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

  /** A frame came on the call itself. */
  void frame(ConnectRequest frame) {
    if (ended) {
      return;
    }
    try {
      frames.take(frame, this);
    } catch (Refused | RuntimeException e) {
      fail(e);
      return;
    }
    countStreams();
    // What a client asks for costs frames; one that does not read them is not heard either.
    if (!ended && !ready() && !paused) {
      paused = true;
      stream.pause();
    }
  }

  private void writable() {
    if (ended || !ready()) {
      return;
    }
    unread = 0;
    if (paused) {
      paused = false;
      stream.resume();
    }
    client.ready();
  }

  void fail(Throwable failure) {
    if (!ended) {
      StatusRuntimeException status = Statuses.of(failure);
      end();
      output.finish();
      stream.end(status);
    }
  }

  void shutDown() {
    fail(ErrorContract.error(Reason.SHUTTING_DOWN, "the gateway is shutting down: connect again"));
  }

  /** The client has said all. */
  void complete() {
    if (!ended) {
      end();
      output.finish();
      stream.end();
    }
  }

  /** The stream is closed. */
  void gone() {
    if (!ended) {
      end();
      output.drop();
    }
  }

  private void end() {
    ended = true;
    var _ = expiry.cancel(false);
    client.close();
    countStreams();
    open.calls().change(clientId, -1);
    onEnd.accept(this);
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
