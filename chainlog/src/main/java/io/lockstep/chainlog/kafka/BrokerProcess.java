package io.lockstep.chainlog.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * An {@link EmbeddedBroker} in a process of its own, which tests stop, wake and kill. Ends with the
 * process that started it, unless that is killed while this one is stopped.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final String SERVES = "serves at ";

  private final Process process;
  private final String bootstrap;

  private BrokerProcess(Process process, String bootstrap) {
    this.process = process;
    this.bootstrap = bootstrap;
  }

  /**
   * Returns when it serves.
   *
   * @param dir as of {@link EmbeddedBroker#start}
   */
  public static BrokerProcess start(Path dir) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(SERVES)) {
        Thread.ofVirtual().start(() -> lines.lines().forEach(rest -> {}));
        return new BrokerProcess(process, line.substring(SERVES.length()));
      }
    }
    throw new IOException("the broker has ended at once");
  }

  public KafkaConnection connection() {
    return KafkaConnection.to(bootstrap);
  }

  /** As {@code kill -signal} does: STOP and CONT. */
  public void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** Argument: directory. */
  public static void main(String[] args) throws IOException {
    EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]));
    System.out.println(SERVES + broker.bootstrap());
    while (System.in.read() >= 0) {
      // Nothing is said to it.
    }
    Runtime.getRuntime().halt(0);
  }
}
