package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** A connection of the load client. Whatever goes wrong with it ends the process. */
abstract class CountingConnection extends ChannelInboundHandlerAdapter {
  private ChannelHandlerContext context;
  private ByteBuf answer;
  private boolean ending;

  /** Writes what a connection begins with. */
  abstract void begin(ByteBuf out);

  /** Reads all of the buffer. */
  abstract void read(ByteBuf in);

  /** How many of its streams have got exactly so many messages since they were attached. */
  abstract int served(long messages);

  /** Whether to go on reading from the socket. */
  final void reading(boolean on) {
    context.channel().config().setAutoRead(on);
  }

  final void end() {
    ending = true;
    var _ = context.close();
  }

  /** Goes out when all that has come is read. */
  final ByteBuf answer() {
    if (answer == null) {
      answer = context.alloc().buffer();
    }
    return answer;
  }

  @Override
  public final void channelActive(ChannelHandlerContext active) {
    context = active;
    begin(answer());
    channelReadComplete(active);
  }

  @Override
  public final void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      read(in);
    } finally {
      in.release();
    }
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext ignored) {
    if (answer != null) {
      ByteBuf out = answer;
      answer = null;
      var _ = context.writeAndFlush(out);
    }
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    if (!ending) {
      cause.printStackTrace();
      System.exit(1);
    }
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ignored) {
    if (!ending) {
      System.err.println("the server closed a connection");
      System.exit(1);
    }
  }
}
