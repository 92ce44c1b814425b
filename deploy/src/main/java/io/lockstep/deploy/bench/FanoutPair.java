package io.lockstep.deploy.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One server with its load client, in two processes. */
final class FanoutPair implements AutoCloseable {
  /** Messages on their way while a rate is measured. */
  private static final int OUTSTANDING = 8;

  private static final String SERVER_HEAP = "2g";
  private static final String LOAD_HEAP = "1g";

  private final ChildJvm server;
  private final ChildJvm load;
  private final long streams;
  private final double bytesEach;

  private FanoutPair(ChildJvm server, ChildJvm load, long streams, double bytesEach) {
    this.server = server;
    this.load = load;
    this.streams = streams;
    this.bytesEach = bytesEach;
  }

  static FanoutPair gateway(FanoutToken token, int connections, int streamsEach)
      throws IOException {
    return start(List.of("gateway", token.key()), token.text(), connections, streamsEach);
  }

  static FanoutPair raw(int connections, int streamsEach) throws IOException {
    return start(List.of("raw"), "none", connections, streamsEach);
  }

  private static FanoutPair start(List<String> kind, String token, int connections, int streamsEach)
      throws IOException {
    ChildJvm server = ChildJvm.start(FanoutServerProcess.class, SERVER_HEAP, kind);
    try {
      String port = server.hear("port");
      double before = Double.parseDouble(server.ask("memory", "memory"));
      ChildJvm load =
          ChildJvm.start(
              FanoutLoadProcess.class,
              LOAD_HEAP,
              List.of(port, Integer.toString(connections), Integer.toString(streamsEach), token));
      try {
        long streams = Long.parseLong(load.hear("attached"));
        double after = Double.parseDouble(server.ask("memory", "memory"));
        return new FanoutPair(server, load, streams, (after - before) / streams);
      } catch (IOException e) {
        load.close();
        throw e;
      }
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  long streams() {
    return streams;
  }

  /** Memory of the server for each attached stream, before the first message. */
  double bytesEach() {
    return bytesEach;
  }

  double memoryBytes() throws IOException {
    return Double.parseDouble(server.ask("memory", "memory"));
  }

  /** Milliseconds from one message to its last receipt; the median of so many, one by one. */
  double lastReceipt(long readers, int bytes, int times) throws IOException {
    var _ = load.ask("expect " + readers, "expecting");
    List<Double> samples = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      long pushed = Long.parseLong(server.ask("push 1 " + bytes, "pushed"));
      samples.add((got() - pushed) / 1e6);
    }
    return Paired.median(samples);
  }

  /** Deliveries a second with some messages always on their way. */
  double rate(long readers, int bytes, int seconds) throws IOException {
    var _ = load.ask("expect " + readers, "expecting");
    var _ = server.ask("push " + OUTSTANDING + " " + bytes, "pushed");
    long first = got();
    long last = first;
    int messages = 0;
    while (last - first < seconds * 1_000_000_000L) {
      var _ = server.ask("push 1 " + bytes, "pushed");
      last = got();
      messages++;
    }
    for (int i = 1; i < OUTSTANDING; i++) {
      var _ = got();
    }
    return messages * readers * 1e9 / (last - first);
  }

  private long got() throws IOException {
    return Long.parseLong(load.hear("got").split(" ", -1)[1]);
  }

  void stall(int connections) throws IOException {
    var _ = load.ask("stall " + connections, "stalled");
  }

  void resume() throws IOException {
    var _ = load.ask("resume", "resumed");
  }

  @Override
  public void close() {
    load.close();
    server.close();
  }
}
