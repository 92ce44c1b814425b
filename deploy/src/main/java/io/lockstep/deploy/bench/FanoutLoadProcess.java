package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.LoadConnection.Look;
import io.netty.bootstrap.Bootstrap;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The load client: opens connections with streams on them, one event loop, and counts deliveries.
 * Commands on its input:
 *
 * <pre>
 *   open N S        so many more connections, a few at a time, which have all up to sequence number
 *                   S; answered by "attached N NANOS"
 *   expect N        from now on each N deliveries are told by "got K NANOS"; answered by "expecting"
 *   stall N         the first N connections are not read any more; answered by "stalled"
 *   resume          all are read; answered by "resumed" when nothing has come for half a second
 *   served N        answered by "served K": so many streams have got exactly N messages
 *   close           closes all; answered by "closed"
 *   reopen N S M    opens N at once, which have all up to S and miss M messages;
 *                   answered by "attached N NANOS" when they have them
 *   p99             answered by "p99 K NANOS" of the K messages since it was asked before
 * </pre>
 */
final class FanoutLoadProcess {
  /** Connections that may be on their way to be attached. */
  private static final int OPENING_MAX = 16;

  private static final int LOOK_MILLIS = 500;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
  private final EventLoop loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
  private final List<CountingConnection> connections = new ArrayList<>();
  private final Receipts receipts = new Receipts(out, this::attachedAll);
  private final int port;
  private final LoadProtocol protocol;
  private LoadProtocol.Start start = new LoadProtocol.Start(FedLog.CREATED, 0);
  private int openingMax;
  private int wanted;
  private int opened;
  private int complete;

  private FanoutLoadProcess(int port, LoadProtocol protocol) {
    this.port = port;
    this.protocol = protocol;
  }

  /** Port, streams on each connection, protocol, and what that needs: see the switch. */
  public static void main(String[] args) throws Exception {
    int streams = Integer.parseInt(args[1]);
    List<String> rest = Arrays.asList(args).subList(3, args.length);
    LoadProtocol protocol =
        switch (args[2]) {
          case "grpc" ->
              new GatewayProtocol(0, streams, Look.NOTHING, rest.get(0), Optional.empty());
          case "renewing" ->
              new GatewayProtocol(0, streams, Look.COMMITS, rest.get(0), Optional.empty());
          case "tls" ->
              new GatewayProtocol(
                  0, streams, Look.NOTHING, rest.get(0), Optional.of(Path.of(rest.get(1))));
          case "timed" ->
              new GatewayProtocol(
                  Integer.parseInt(rest.get(1)),
                  streams,
                  Look.TIMES,
                  rest.get(0),
                  Optional.empty());
          default -> Peer.valueOf(args[2]).subscriber(streams);
        };
    new FanoutLoadProcess(Integer.parseInt(args[0]), protocol).run();
  }

  private void run() throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      loop.execute(() -> command(words));
    }
    System.exit(0);
  }

  private void command(String[] words) {
    switch (words[0]) {
      case "open" ->
          open(
              Integer.parseInt(words[1]),
              OPENING_MAX,
              new LoadProtocol.Start(Long.parseLong(words[2]), 0));
      case "reopen" -> {
        int count = Integer.parseInt(words[1]);
        open(
            count,
            count,
            new LoadProtocol.Start(Long.parseLong(words[2]), Integer.parseInt(words[3])));
      }
      case "expect" -> {
        receipts.expect(Long.parseLong(words[1]));
        out.println("expecting");
      }
      case "stall" -> {
        connections.subList(0, Integer.parseInt(words[1])).forEach(one -> one.reading(false));
        out.println("stalled");
      }
      case "resume" -> {
        receipts.expectNothing();
        connections.forEach(connection -> connection.reading(true));
        lookAgain(receipts.received());
      }
      case "served" -> {
        long messages = Long.parseLong(words[1]);
        out.println("served " + connections.stream().mapToLong(c -> c.served(messages)).sum());
      }
      case "close" -> {
        connections.forEach(CountingConnection::end);
        connections.clear();
        wanted = 0;
        opened = 0;
        complete = 0;
        out.println("closed");
      }
      case "p99" -> out.println("p99 " + receipts.percentile());
      default -> fail("no command: " + words[0]);
    }
  }

  private void open(int more, int atOnce, LoadProtocol.Start from) {
    wanted += more;
    openingMax = atOnce;
    start = from;
    openMore();
  }

  private void openMore() {
    while (opened < wanted && opened - complete < openingMax) {
      opened++;
      open();
    }
  }

  private void open() {
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                connections.add(protocol.begin(channel, start, receipts));
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

  private void fail(String why) {
    out.println("failed " + why);
    System.exit(1);
  }

  private void attachedAll() {
    complete++;
    if (complete == wanted) {
      out.println("attached " + complete + " " + System.nanoTime());
    } else {
      openMore();
    }
  }

  private void lookAgain(long before) {
    var _ =
        loop.schedule(
            () -> {
              if (receipts.received() == before) {
                out.println("resumed");
              } else {
                lookAgain(receipts.received());
              }
            },
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
  }
}
