package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** One of the benchmark's own servers. */
final class ServerSource implements FanoutSource {
  private static final String HEAP = "2g";

  private final ChildJvm process;
  private final int port;

  private ServerSource(ChildJvm process) throws IOException {
    this.process = process;
    try {
      this.port = Integer.parseInt(process.hear("port"));
    } catch (IOException e) {
      process.close();
      throw e;
    }
  }

  static ServerSource gateway(FanoutToken token, int eventLoops) throws IOException {
    return start(List.of("gateway", token.key(), Integer.toString(eventLoops)));
  }

  /**
   * With a heap that the system has given all of before anything happens: what the process takes
   * from then on is outside of it.
   */
  static ServerSource gatewayOverTls(FanoutToken token, TlsFiles files) throws IOException {
    return new ServerSource(
        ChildJvm.start(
            JvmCommand.measured(FanoutServerProcess.class, HEAP)
                .withOptions("-Xms" + HEAP, "-XX:+AlwaysPreTouch")
                .with("tls", token.key())
                .with(files.certificateChain().toString(), files.privateKey().toString())));
  }

  /** Reads a log in Kafka. */
  static ServerSource system(FanoutToken token, String kafka) throws IOException {
    return start(List.of("system", token.key(), kafka));
  }

  static ServerSource raw() throws IOException {
    return start(List.of("raw"));
  }

  private static ServerSource start(List<String> kind) throws IOException {
    return new ServerSource(
        ChildJvm.start(JvmCommand.measured(FanoutServerProcess.class, HEAP).with(kind)));
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public long push(int count, int bytes) throws IOException {
    return Long.parseLong(process.ask("push " + count + " " + bytes, "pushed"));
  }

  /**
   * A Commit to every subscriber.
   *
   * @return the time before it, by {@link System#nanoTime}
   */
  long commit(int bytes) throws IOException {
    return Long.parseLong(process.ask("commit " + bytes, "pushed"));
  }

  /** From now on the other group gets a message so often. */
  void beat(int millis, int bytes) throws IOException {
    var _ = process.ask("beat " + millis + " " + bytes, "beating");
  }

  void quiet() throws IOException {
    var _ = process.ask("quiet", "quiet");
  }

  ServerMemory memory() throws IOException {
    return ServerMemory.parse(process.ask("memory", "memory"));
  }

  @Override
  public Duration processorTime() {
    return process.processorTime();
  }

  @Override
  public void close() {
    process.close();
  }
}
