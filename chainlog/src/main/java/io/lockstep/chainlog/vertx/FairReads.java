package io.lockstep.chainlog.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.function.Function;

/**
 * Passes on what comes on a connection in pieces, as its event loop has time for them. Stands
 * before everything that costs time: TLS, HTTP/2, tokens. While something waits, nothing more is
 * read from the socket.
 */
final class FairReads extends ChannelInboundHandlerAdapter {
  /** Some ten calls that begin; the pieces of a large message cost little each. */
  private static final int PIECE_BYTES = 4 << 10;

  private final Function<EventLoop, ReadTurns> turnsOf;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(1);
  private ChannelHandlerContext context;
  private ReadTurns turns;
  private boolean paused;
  private boolean gone;

  /**
   * @param turnsOf those of an event loop
   */
  FairReads(Function<EventLoop, ReadTurns> turnsOf) {
    this.turnsOf = turnsOf;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    turns = turnsOf.apply(added.channel().eventLoop());
  }

  /** Whether something that the client has said is not dealt with yet. */
  boolean isWaiting() {
    return !held.isEmpty();
  }

  /** What is read from the socket ends with the buffer that has to wait. */
  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      var _ = context.fireChannelRead(message);
    } else if (!held.isEmpty()) {
      held.addLast(bytes);
    } else if (!pass(bytes)) {
      held.addFirst(bytes);
      paused = context.channel().config().isAutoRead();
      var _ = context.channel().config().setAutoRead(false);
      turns.await(this::goOn);
    }
  }

  /** False when something is left of the buffer, which stays this handler's then. */
  private boolean pass(ByteBuf bytes) {
    while (turns.hasTime()) {
      if (gone) {
        bytes.release();
        return true;
      }
      if (bytes.readableBytes() <= PIECE_BYTES) {
        var _ = context.fireChannelRead(bytes);
        return true;
      }
      var _ = context.fireChannelRead(bytes.readRetainedSlice(PIECE_BYTES));
    }
    return false;
  }

  private boolean goOn() {
    while (!held.isEmpty()) {
      ByteBuf first = held.removeFirst();
      if (!pass(first)) {
        held.addFirst(first);
        dropIfGone();
        var _ = context.fireChannelReadComplete();
        return held.isEmpty();
      }
    }
    if (!gone) {
      var _ = context.fireChannelReadComplete();
      if (paused) {
        paused = false;
        var _ = context.channel().config().setAutoRead(true);
      }
    }
    return true;
  }

  /** Not read while something waits, so nobody has said goodbye: what waits is of no use. */
  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    gone = true;
    dropIfGone();
    var _ = context.fireChannelInactive();
  }

  private void dropIfGone() {
    while (gone && !held.isEmpty()) {
      held.removeFirst().release();
    }
  }
}
