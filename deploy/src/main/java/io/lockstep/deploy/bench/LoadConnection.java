package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** One connection of the load client: attaches its streams, counts messages, opens its windows. */
final class LoadConnection extends ChannelInboundHandlerAdapter implements FrameScanner.Frames {
  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 64 << 20;
  private static final int DEFAULT_WINDOW = 65_535;

  /**
   * What every connection does.
   *
   * @param streams on each
   * @param headers block of a request
   * @param attach gRPC frame that begins a call
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Plan(int streams, byte[] headers, byte[] attach) {}

  private final Plan plan;
  private final Runnable attached;
  private final Runnable delivered;
  private final FrameScanner scanner = new FrameScanner();
  private final LoadStream[] streams;
  private ChannelHandlerContext context;
  private ByteBuf answer;
  private int unattached;
  private long consumed;

  LoadConnection(Plan plan, Runnable attached, Runnable delivered) {
    this.plan = plan;
    this.attached = attached;
    this.delivered = delivered;
    this.streams = new LoadStream[plan.streams()];
    this.unattached = plan.streams();
  }

  void read(boolean on) {
    context.channel().config().setAutoRead(on);
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    context = active;
    ByteBuf out = active.alloc().buffer(plan.streams() * 1_024 + 128);
    out.writeBytes(FanoutWire.PREFACE);
    FanoutWire.clientSettings(out, STREAM_WINDOW);
    FanoutWire.windowUpdate(out, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
    for (int i = 0; i < streams.length; i++) {
      streams[i] = new LoadStream();
      FanoutWire.headers(out, 2 * i + 1, plan.headers());
      FanoutWire.data(out, 2 * i + 1, plan.attach());
    }
    var _ = active.writeAndFlush(out);
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      scanner.scan(in, this);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ignored) {
    if (answer != null) {
      ByteBuf out = answer;
      answer = null;
      var _ = context.writeAndFlush(out);
    }
  }

  private ByteBuf answer() {
    if (answer == null) {
      answer = context.alloc().buffer();
    }
    return answer;
  }

  @Override
  public void payload(int type, int flags, int stream, ByteBuf from, int bytes, boolean last) {
    switch (type) {
      case FanoutWire.DATA -> data(stream, from, bytes);
      case FanoutWire.PING -> {
        if (flags == 0 && bytes == 8) {
          FanoutWire.header(answer(), 8, FanoutWire.PING, FanoutWire.ACK, 0).writeBytes(from, 8);
        } else {
          from.skipBytes(bytes);
        }
      }
      case FanoutWire.SETTINGS -> {
        from.skipBytes(bytes);
        if (last && flags == 0) {
          FanoutWire.settingsAck(answer());
        }
      }
      case FanoutWire.RST_STREAM, FanoutWire.GOAWAY -> throw lost("a frame of type " + type);
      case FanoutWire.HEADERS -> {
        from.skipBytes(bytes);
        if ((flags & FanoutWire.END_STREAM) != 0) {
          throw lost("trailers");
        }
      }
      default -> from.skipBytes(bytes);
    }
  }

  private static IllegalStateException lost(String what) {
    return new IllegalStateException("the server ended a stream by " + what);
  }

  private void data(int id, ByteBuf from, int bytes) {
    LoadStream stream = streams[id / 2];
    int before = stream.messages;
    stream.take(from, bytes);
    int after = stream.messages;
    for (int i = before + 1; i <= after; i++) {
      if (i > FanoutWire.BEFORE_DELIVERIES) {
        delivered.run();
        int count = i - FanoutWire.BEFORE_DELIVERIES;
        if (count % FanoutWire.ACK_EVERY == 0) {
          FanoutWire.data(answer(), id, FanoutLoadProcess.ack(FedGroup.CREATED + count));
        }
      } else if (i == FanoutWire.BEFORE_DELIVERIES && --unattached == 0) {
        attached.run();
      }
    }
    stream.consumed += bytes;
    if (stream.consumed >= STREAM_WINDOW / 2) {
      FanoutWire.windowUpdate(answer(), id, stream.consumed);
      stream.consumed = 0;
    }
    consumed += bytes;
    if (consumed >= CONNECTION_WINDOW / 2) {
      FanoutWire.windowUpdate(answer(), 0, (int) consumed);
      consumed = 0;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    cause.printStackTrace();
    System.exit(1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    System.err.println("the server closed a connection");
    System.exit(1);
  }

  /** Counts the gRPC messages of one stream. */
  private static final class LoadStream {
    private int prefixHave;
    private int length;
    private int left;
    private int messages;
    private int consumed;

    private void take(ByteBuf from, int bytes) {
      int rest = bytes;
      while (rest > 0) {
        if (prefixHave < FanoutWire.prefixBytes()) {
          length = (length << 8) | from.readUnsignedByte();
          rest--;
          prefixHave++;
          if (prefixHave < FanoutWire.prefixBytes()) {
            continue;
          }
          left = length;
        }
        int part = Math.min(left, rest);
        from.skipBytes(part);
        left -= part;
        rest -= part;
        if (left == 0) {
          messages++;
          prefixHave = 0;
          length = 0;
        }
      }
    }
  }
}
