package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.log.GrpcFrame;
import io.lockstep.log.v1.StreamEntry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The limit: HTTP/2 frames written by hand, everything that is due to a connection in one buffer,
 * no flow control, no state of a stream but its number. Not a server: it does as if it had checked
 * what the client said.
 */
final class RawFanout implements PushingServer {
  private static final int STREAMS_MAX = 1_000;
  private static final int BACKLOG = 1_024;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final List<Peer> peers = new ArrayList<>();
  private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean asked = new AtomicBoolean();
  private final FedLog log = new FedLog(1);
  private final byte[] responseHeaders;
  private final Channel server;

  RawFanout() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(":status", "200");
    fields.put("content-type", "application/grpc");
    responseHeaders = FanoutWire.block(Unpooled.buffer(), fields.entrySet());
    server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new Peer());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  @Override
  public void push(int group, int bytes) {
    push(log.append(group, bytes));
  }

  @Override
  public void commit(int group, int bytes) {
    push(log.commit(group, bytes));
  }

  private void push(LogEntry<StreamEntry> logged) {
    waiting.add(Delivery.of(logged.entry()).orElseThrow().frame().frame());
    if (asked.compareAndSet(false, true)) {
      var _ = loop.schedule(this::pass, 0, TimeUnit.NANOSECONDS);
    }
  }

  private void pass() {
    asked.set(false);
    List<byte[]> due = new ArrayList<>();
    for (byte[] frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      due.add(frame);
    }
    for (Peer peer : peers) {
      peer.write(due);
    }
  }

  /** One connection. */
  private final class Peer extends ChannelInboundHandlerAdapter implements FrameScanner.Frames {
    private final FrameScanner scanner = new FrameScanner();
    private final ArrayDeque<Integer> streams = new ArrayDeque<>();
    private int prefaceLeft = FanoutWire.PREFACE.length;
    private ChannelHandlerContext context;
    private ByteBuf answer;

    @Override
    public void channelActive(ChannelHandlerContext active) {
      context = active;
      peers.add(this);
      ByteBuf out = active.alloc().buffer();
      FanoutWire.serverSettings(out, STREAMS_MAX);
      FanoutWire.settingsAck(out);
      var _ = active.writeAndFlush(out);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
      peers.remove(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
      ByteBuf in = (ByteBuf) message;
      try {
        int preface = Math.min(prefaceLeft, in.readableBytes());
        in.skipBytes(preface);
        prefaceLeft -= preface;
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

    @Override
    public void payload(int type, int flags, int stream, ByteBuf from, int bytes, boolean last) {
      from.skipBytes(bytes);
      if (type == FanoutWire.HEADERS && last) {
        streams.add(stream);
        if (answer == null) {
          answer = context.alloc().buffer();
        }
        FanoutWire.headers(answer, stream, responseHeaders);
        for (int i = 0; i < FanoutWire.BEFORE_DELIVERIES; i++) {
          FanoutWire.data(answer, stream, new byte[GrpcFrame.PREFIX_BYTES]);
        }
      }
    }

    private void write(List<byte[]> due) {
      int bytes = 0;
      for (byte[] frame : due) {
        bytes += frame.length + FanoutWire.HEADER_BYTES;
      }
      ByteBuf out = context.alloc().directBuffer(bytes * streams.size());
      for (int stream : streams) {
        for (byte[] frame : due) {
          FanoutWire.data(out, stream, frame);
        }
      }
      var _ = context.writeAndFlush(out);
    }
  }
}
