package io.lockstep.chainlog.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection that nobody needs: one that does not come to a call that is of use, one that
 * has had no call for long, and one whose other end is gone without a word. It stands before all
 * other handlers, so it is there from the first byte, and whatever comes in is a sign of life.
 */
public final class ConnectionGuard extends ChannelDuplexHandler {
  private static final AttributeKey<ConnectionGuard> GUARD =
      AttributeKey.valueOf(ConnectionGuard.class, "guard");

  /** A later look than needed costs nothing; many looks do. */
  private static final long LOOK_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(20);

  /** Requests of one connection that are not whole. */
  private static final int UNFINISHED_MAX = 64;

  private final ConnectionLimits limits;
  private final HeldBytes allHeld;
  private final ConnectionMeter meter;
  private long opened;
  private long heard;
  private long used;
  private long pinged;
  private boolean waitingForAnswer;
  private boolean overdue;
  private boolean closing;
  private int newestCall;

  /** Of HTTP/1.1; HTTP/2 counts its own. */
  private int calls;

  private int unfinished;
  private long held;
  private volatile boolean proven;
  private Future<?> look;

  ConnectionGuard(ConnectionLimits limits, HeldBytes allHeld, ConnectionMeter meter) {
    this.allHeld = allHeld;
    this.limits = limits;
    this.meter = meter;
  }

  /** The channel that a connection of Vert.x is on. */
  public static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channel();
  }

  /** Someone has shown on the connection that it is of use. From any thread. */
  public static void proven(Channel connection) {
    ConnectionGuard guard = connection.attr(GUARD).get();
    if (guard != null) {
      guard.proven = true;
    }
  }

  /**
   * A request begins to come in. On the event loop.
   *
   * @return false when too many of the connection are not whole
   */
  public static boolean begun(Channel connection) {
    ConnectionGuard guard = connection.attr(GUARD).get();
    return guard == null || guard.unfinished++ < UNFINISHED_MAX;
  }

  /** A request that has begun is whole, or will never be. On the event loop. */
  public static void whole(Channel connection) {
    ConnectionGuard guard = connection.attr(GUARD).get();
    if (guard != null) {
      guard.unfinished--;
      guard.giveBack();
    }
  }

  /** Calls of an HTTP/1.1 connection have begun, or ended. On the event loop. */
  public static void calls(Channel connection, int change) {
    ConnectionGuard guard = connection.attr(GUARD).get();
    if (guard != null) {
      guard.calls += change;
      guard.used = System.nanoTime();
    }
  }

  private void giveBack() {
    if (held > 0 && (closing || (proven && unfinished == 0))) {
      allHeld.give(held);
      held = 0;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(GUARD).set(this);
    opened = System.nanoTime();
    heard = opened;
    used = opened;
    lookAfter(
        context,
        Math.min(
            limits.firstCall().toNanos(),
            Math.min(limits.idle().toNanos(), limits.pingAfter().toNanos())));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stop();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    stop();
    super.channelInactive(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    heard = System.nanoTime();
    waitingForAnswer = false;
    giveBack();
    if (message instanceof ByteBuf bytes && !mayHold(bytes.readableBytes())) {
      bytes.release();
      end(context, "too_much_held", context.newPromise());
      return;
    }
    super.channelRead(context, message);
  }

  private boolean mayHold(int more) {
    if (closing || (proven && unfinished == 0)) {
      return true;
    }
    boolean tooMuch = allHeld.take(held, more);
    held += more;
    return !tooMuch;
  }

  private void stop() {
    closing = true;
    giveBack();
    if (look != null) {
      look.cancel(false);
    }
  }

  private void lookAfter(ChannelHandlerContext context, long nanos) {
    look =
        context
            .executor()
            .schedule(() -> look(context), Math.max(LOOK_NANOS_MIN, nanos), TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    if (closing) {
      return;
    }
    long now = System.nanoTime();
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    if (inUse(http2)) {
      used = now;
    }
    long untilProven = proven ? Long.MAX_VALUE : left(opened, limits.firstCall().toNanos(), now);
    long untilIdle = left(http2 == null ? newer(heard, used) : used, limits.idle().toNanos(), now);
    if (untilProven <= 0) {
      endWhenSure(context, "no_call");
    } else if (untilIdle <= 0) {
      // Through HTTP/2, which says GOAWAY: calls that are on their way here are made elsewhere.
      closing = true;
      meter.closed("idle");
      var _ = context.channel().close();
    } else {
      long untilHeard = http2 == null ? Long.MAX_VALUE : askWhetherThere(context, http2, now);
      if (untilHeard <= 0) {
        endWhenSure(context, "unanswered");
      } else {
        overdue = false;
        lookAfter(context, Math.min(untilHeard, Math.min(untilIdle, untilProven)));
      }
    }
  }

  /**
   * Not before a second look, and not while something of the client waits for its turn: the loop
   * may have been busy or stood still, and by then it has read what had come.
   */
  private void endWhenSure(ChannelHandlerContext context, String reason) {
    FairReads reads = context.pipeline().get(FairReads.class);
    if (overdue && (reads == null || !reads.isWaiting())) {
      end(context, reason, context.newPromise());
    } else {
      overdue = true;
      lookAfter(context, LOOK_NANOS_MIN);
    }
  }

  private boolean inUse(Http2ConnectionHandler http2) {
    if (http2 == null) {
      return calls > 0;
    }
    int newest = http2.connection().remote().lastStreamCreated();
    boolean since = newest != newestCall;
    newestCall = newest;
    return since || http2.connection().numActiveStreams() > 0;
  }

  /** Pings a quiet connection. Time until it must be looked at again; 0 when it is dead. */
  private long askWhetherThere(
      ChannelHandlerContext context, Http2ConnectionHandler http2, long now) {
    if (waitingForAnswer) {
      return left(pinged, limits.pingAnswer().toNanos(), now);
    }
    long untilPing = left(heard, limits.pingAfter().toNanos(), now);
    if (untilPing > 0) {
      return untilPing;
    }
    waitingForAnswer = true;
    pinged = now;
    ChannelHandlerContext its = context.pipeline().context(http2);
    var _ = http2.encoder().writePing(its, false, now, its.newPromise());
    var _ = its.flush();
    return limits.pingAnswer().toNanos();
  }

  private static long newer(long one, long other) {
    return one - other > 0 ? one : other;
  }

  private static long left(long since, long allowed, long now) {
    return allowed - (now - since);
  }

  /** At once: who is gone or never came needs no farewell. */
  private void end(ChannelHandlerContext context, String reason, ChannelPromise promise) {
    closing = true;
    meter.closed(reason);
    var _ = context.close(promise);
  }
}
