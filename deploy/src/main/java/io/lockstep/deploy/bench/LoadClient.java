package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import java.io.IOException;
import java.util.List;

/** A load client in a process of its own. */
final class LoadClient implements AutoCloseable {
  private static final String HEAP = "1g";

  private final ChildJvm process;

  private LoadClient(ChildJvm process) {
    this.process = process;
  }

  static LoadClient ofGateway(int port, int streamsEach, String token) throws IOException {
    return start(port, streamsEach, List.of("grpc", token));
  }

  /** Shows the pass of each epoch. */
  static LoadClient renewing(int port, int streamsEach, String token) throws IOException {
    return start(port, streamsEach, List.of("renewing", token));
  }

  static LoadClient overTls(int port, String token, TlsFiles files) throws IOException {
    return start(port, 1, List.of("tls", token, files.certificateChain().toString()));
  }

  /** Looks how long each message of a group has been on its way. */
  static LoadClient timed(int port, int streamsEach, String token, int group) throws IOException {
    return start(port, streamsEach, List.of("timed", token, Integer.toString(group)));
  }

  static LoadClient of(Peer peer, int port, int streamsEach) throws IOException {
    return start(port, streamsEach, List.of(peer.name()));
  }

  private static LoadClient start(int port, int streamsEach, List<String> protocol)
      throws IOException {
    return new LoadClient(
        ChildJvm.start(
            JvmCommand.measured(FanoutLoadProcess.class, HEAP)
                .with(Integer.toString(port), Integer.toString(streamsEach))
                .with(protocol)));
  }

  /** So many more connections; returns when all their streams are attached. */
  void open(int connections) throws IOException {
    open(connections, FedLog.CREATED);
  }

  /** The same, when the newest message has that sequence number. */
  void open(int connections, long newest) throws IOException {
    var _ = process.ask("open " + connections + " " + newest, "attached");
  }

  void expect(long deliveries) throws IOException {
    var _ = process.ask("expect " + deliveries, "expecting");
  }

  /** When as many had come as were expected, by {@link System#nanoTime}. */
  long got() throws IOException {
    return Long.parseLong(process.hear("got").split(" ", -1)[1]);
  }

  void stall(int connections) throws IOException {
    var _ = process.ask("stall " + connections, "stalled");
  }

  void resume() throws IOException {
    var _ = process.ask("resume", "resumed");
  }

  /** How many streams have got exactly so many messages since they were attached. */
  long served(long messages) throws IOException {
    return Long.parseLong(process.ask("served " + messages, "served"));
  }

  void closeAll() throws IOException {
    var _ = process.ask("close", "closed");
  }

  /**
   * Opens connections at once, whose streams have all up to a sequence number and miss so many
   * messages.
   *
   * @return when they had them, by {@link System#nanoTime}
   */
  long reopen(int connections, long after, int missed) throws IOException {
    String answer = process.ask("reopen " + connections + " " + after + " " + missed, "attached");
    return Long.parseLong(answer.split(" ", -1)[1]);
  }

  /** Messages that have come are not asked for. */
  void forgetTimes() throws IOException {
    var _ = process.ask("p99", "p99");
  }

  /** What one in a hundred of the messages since the last question exceeded. */
  double percentileMillis() throws IOException {
    String[] answer = process.ask("p99", "p99").split(" ", -1);
    if (Integer.parseInt(answer[0]) == 0) {
      throw new IOException("no message has come");
    }
    return Long.parseLong(answer[1]) / 1e6;
  }

  @Override
  public void close() {
    process.close();
  }
}
