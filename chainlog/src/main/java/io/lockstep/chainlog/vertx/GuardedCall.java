package io.lockstep.chainlog.vertx;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A call of grpc-java as its connection's guard sees it: it must be over in time, answer included,
 * and until it is whole it counts against what its connection may have on its way. Whatever the
 * service says after its end goes nowhere. Thread-safe.
 */
final class GuardedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private static final Status LATE =
      Status.DEADLINE_EXCEEDED.withDescription("the call was not over in time");
  private static final Status TOO_MANY =
      Status.RESOURCE_EXHAUSTED.withDescription("too many calls of the connection are not whole");

  private final Channel connection;
  private Future<?> timer;
  private boolean coming = true;
  private boolean over;

  private GuardedCall(ServerCall<Q, R> call, Channel connection) {
    super(call);
    this.connection = connection;
  }

  static <Q, R> ServerCall.Listener<Q> begin(
      ServerCall<Q, R> call,
      Metadata headers,
      ServerCallHandler<Q, R> next,
      Channel connection,
      Duration overWithin) {
    GuardedCall<Q, R> guarded = new GuardedCall<>(call, connection);
    guarded.begins(overWithin);
    return new SimpleForwardingServerCallListener<>(next.startCall(guarded, headers)) {
      @Override
      public void onHalfClose() {
        guarded.came();
        ConnectionGuard.proven(connection);
        super.onHalfClose();
      }

      @Override
      public void onCancel() {
        guarded.isOver();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        guarded.isOver();
        super.onComplete();
      }
    };
  }

  private synchronized void begins(Duration overWithin) {
    connection.eventLoop().execute(this::count);
    timer =
        connection
            .eventLoop()
            .schedule(() -> end(LATE), overWithin.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void count() {
    if (!ConnectionGuard.begun(connection)) {
      end(TOO_MANY);
    }
  }

  private void end(Status status) {
    close(status, new Metadata());
  }

  private synchronized void came() {
    if (coming) {
      coming = false;
      connection.eventLoop().execute(() -> ConnectionGuard.whole(connection));
    }
  }

  /** False when it was over before. */
  private synchronized boolean isOver() {
    came();
    timer.cancel(false);
    boolean first = !over;
    over = true;
    return first;
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!over) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(R message) {
    if (!over) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (isOver()) {
      super.close(status, trailers);
    }
  }
}
