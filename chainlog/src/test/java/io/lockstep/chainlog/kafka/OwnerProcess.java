package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An owner in a process of its own, to be killed, stopped and woken. */
final class OwnerProcess implements AutoCloseable {
  private static final Duration SESSION = Duration.ofSeconds(3);
  private static final Duration TAKEOVER = Duration.ofMillis(200);
  private static final long TELL_EVERY_MILLIS = 50;

  private final Process process;
  private final BufferedReader lines;

  private OwnerProcess(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static OwnerProcess start(KafkaConnection kafka, LogName log, Path dir, String endpoint)
      throws IOException {
    return start(kafka, log, dir, endpoint, Duration.ofSeconds(1));
  }

  /**
   * @param flushEvery how often it publishes states and watermarks
   */
  static OwnerProcess start(
      KafkaConnection kafka, LogName log, Path dir, String endpoint, Duration flushEvery)
      throws IOException {
    return new OwnerProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                OwnerProcess.class.getName(),
                kafka.bootstrap(),
                log.name(),
                dir.toString(),
                endpoint,
                flushEvery.toString())
            .redirectErrorStream(true)
            .start());
  }

  /** Reads what the process prints until it does so many things; false when it has ended. */
  boolean await(int owned, int standingBy) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("owns " + owned + ", stands by " + standingBy)) {
        return true;
      }
      if (!line.startsWith("owns ")) {
        System.out.println("  owner: " + line);
      }
    }
    return false;
  }

  void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
  }

  /** Asks it to end, and waits until it has. */
  boolean stop() throws IOException, InterruptedException {
    process.toHandle().destroy();
    // What it says meanwhile is shown; it can never own so many.
    return !await(Integer.MAX_VALUE, 0) && process.waitFor(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Arguments: bootstrap, log, directory, endpoint, how often it publishes. */
  public static void main(String[] args) throws Exception {
    ParentWatch.begin();
    FoldService<Counter, Add, Added> service =
        FoldService.start(
            new CounterFold(),
            new FoldServiceConfig(
                KafkaConnection.to(args[0]),
                new LogName(args[1]),
                Path.of(args[2]),
                args[3],
                SESSION,
                TAKEOVER,
                Duration.parse(args[4]),
                FoldMeter.NONE));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    while (true) {
      System.out.println(
          "owns " + service.owned().size() + ", stands by " + service.standingBy().size());
      TimeUnit.MILLISECONDS.sleep(TELL_EVERY_MILLIS);
    }
  }
}
