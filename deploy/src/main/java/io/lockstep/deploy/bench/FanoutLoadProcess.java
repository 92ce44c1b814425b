package io.lockstep.deploy.bench;

import io.lockstep.api.EpochPass;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.log.GrpcFrame;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The load client: opens connections with streams on them, one event loop, and counts deliveries.
 * Commands on its input:
 *
 * <pre>
 *   expect N    from now on each N deliveries are told by "got K NANOS"; answered by "expecting"
 *   stall N     the first N connections are not read any more; answered by "stalled"
 *   resume      all are read; answered by "resumed" when nothing has come for half a second
 * </pre>
 */
final class FanoutLoadProcess {
  /** Connections that may be on their way to be attached. */
  private static final int OPENING_MAX = 16;

  private static final int LOOK_MILLIS = 500;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
  private final EventLoop loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
  private final List<LoadConnection> connections = new ArrayList<>();
  private final int port;
  private final int wanted;
  private final LoadConnection.Plan plan;
  private final CountDownLatch attached = new CountDownLatch(1);
  private int opened;
  private int complete;
  private long received;
  private long expected = Long.MAX_VALUE;
  private long told;
  private long next = Long.MAX_VALUE;

  private FanoutLoadProcess(int port, int wanted, int streams, String token) {
    this.port = port;
    this.wanted = wanted;
    this.plan = new LoadConnection.Plan(streams, requestHeaders(token), attach());
  }

  private static byte[] requestHeaders(String token) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(":method", "POST");
    fields.put(":scheme", "http");
    fields.put(":path", "/io.lockstep.api.v1.Delivery/Connect");
    fields.put(":authority", "localhost");
    fields.put("content-type", "application/grpc");
    fields.put("te", "trailers");
    fields.put("authorization", "Bearer " + token);
    return FanoutWire.block(Unpooled.buffer(), fields.entrySet());
  }

  private static StreamRef group() {
    return StreamRef.newBuilder().setGroupId(FedGroup.ID).build();
  }

  private static byte[] attach() {
    return GrpcFrame.of(
        ConnectRequest.newBuilder()
            .setAttach(
                Attach.newBuilder()
                    .setStream(group())
                    .setAfterSequence(FedGroup.CREATED)
                    .setPass(FedGroup.PASS)
                    .setPassSequence(FedGroup.CREATED))
            .build());
  }

  static byte[] ack(long sequence) {
    return GrpcFrame.of(
        ConnectRequest.newBuilder()
            .setAck(Ack.newBuilder().setStream(group()).setSequence(sequence))
            .build());
  }

  /** Port, connections, streams on each, token. */
  public static void main(String[] args) throws Exception {
    if (EpochPass.LENGTH != FedGroup.PASS.size()) {
      throw new IllegalStateException("the pass has the wrong length");
    }
    new FanoutLoadProcess(
            Integer.parseInt(args[0]),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            args[3])
        .run();
  }

  private void run() throws Exception {
    loop.execute(this::openMore);
    attached.await();
    out.println("attached " + (long) wanted * plan.streams());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "expect" -> loop.execute(() -> expect(Long.parseLong(words[1])));
        case "stall" -> loop.execute(() -> stall(Integer.parseInt(words[1])));
        case "resume" -> loop.execute(this::resume);
        default -> throw new IllegalArgumentException("no command: " + line);
      }
    }
    System.exit(0);
  }

  private void openMore() {
    while (opened < wanted && opened - complete < OPENING_MAX) {
      opened++;
      LoadConnection connection = new LoadConnection(plan, this::attachedAll, this::delivered);
      connections.add(connection);
      new Bootstrap()
          .group(loop)
          .channel(NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .handler(
              new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                  channel.pipeline().addLast(connection);
                }
              })
          .connect(InetAddress.getLoopbackAddress(), port)
          .addListener(
              connected -> {
                if (!connected.isSuccess()) {
                  fail("connection " + connections.size() + ": " + connected.cause());
                }
              });
    }
  }

  private void fail(String why) {
    out.println("failed " + why);
    System.exit(1);
  }

  private void attachedAll() {
    complete++;
    if (complete == wanted) {
      attached.countDown();
    } else {
      openMore();
    }
  }

  private void delivered() {
    received++;
    if (received == next) {
      told++;
      next += expected;
      out.println("got " + told + " " + System.nanoTime());
    }
  }

  private void expect(long deliveries) {
    received = 0;
    told = 0;
    expected = deliveries;
    next = deliveries;
    out.println("expecting");
  }

  private void stall(int count) {
    connections.subList(0, count).forEach(connection -> connection.read(false));
    out.println("stalled");
  }

  private void resume() {
    next = Long.MAX_VALUE;
    connections.forEach(connection -> connection.read(true));
    lookAgain(received);
  }

  private void lookAgain(long before) {
    var _ =
        loop.schedule(
            () -> {
              if (received == before) {
                out.println("resumed");
              } else {
                lookAgain(received);
              }
            },
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
  }
}
