package io.lockstep.chainlog.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.util.ArrayDeque;
import java.util.function.Function;

/**
 * Passes on what comes on a connection in pieces, as its event loop has time for them. Stands
 * before everything that costs time: TLS, HTTP/2, tokens. While something waits, nothing more is
 * read from the socket.
 *
 * <p>A connection whose other side has gone is closed when its turn comes, too: to end all its
 * calls takes time, and when a network fails many thousand connections go at once. Netty must be
 * told to leave that to this handler, see {@link #leaveClosing}.
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
  private boolean closing;

  /**
   * @param turnsOf those of an event loop
   */
  FairReads(Function<EventLoop, ReadTurns> turnsOf) {
    this.turnsOf = turnsOf;
  }

  /** Netty is not to close the channel by itself, when nothing more can be read or written. */
  static void leaveClosing(Channel channel) {
    var _ = channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    var _ = channel.config().setAutoClose(false);
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

  @Override
  public void userEventTriggered(ChannelHandlerContext ignored, Object event) {
    switch (event) {
      case ChannelInputShutdownEvent nothingToRead -> closeInTurn();
      case ChannelOutputShutdownEvent nothingToWrite -> closeInTurn();
      case ChannelInputShutdownReadComplete known -> {}
      default -> {
        var _ = context.fireUserEventTriggered(event);
      }
    }
  }

  private void closeInTurn() {
    if (!closing) {
      closing = true;
      turns.await(
          () -> {
            // What it costs comes as a task after this one.
            turns.useUp();
            var _ = context.close();
            return true;
          });
    }
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
