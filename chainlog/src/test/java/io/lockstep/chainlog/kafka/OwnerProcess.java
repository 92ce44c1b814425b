package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.chainlog.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An owner in a process of its own, to be killed, stopped and woken. */
final class OwnerProcess implements AutoCloseable {
  private static final Duration SESSION = Duration.ofSeconds(3);
  private static final Duration TAKEOVER = Duration.ofMillis(200);
  private static final Duration STOP_MAX = Duration.ofSeconds(20);
  private static final long TELL_EVERY_MILLIS = 50;

  private final ChildJvm process;

  private OwnerProcess(ChildJvm process) {
    this.process = process;
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
        ChildJvm.start(
            JvmCommand.quick(OwnerProcess.class, "192m")
                .with(
                    kafka.bootstrap(),
                    log.name(),
                    dir.toString(),
                    endpoint,
                    flushEvery.toString())));
  }

  /** Reads what the process prints until it does so many things; false when it has ended. */
  boolean await(int owned, int standingBy) throws IOException {
    for (Optional<String> line = process.next(); line.isPresent(); line = process.next()) {
      String said = line.orElseThrow();
      if (said.equals("owns " + owned + ", stands by " + standingBy)) {
        return true;
      }
      if (!said.startsWith("owns ")) {
        System.out.println("  owner: " + said);
      }
    }
    return false;
  }

  void signal(String signal) throws IOException, InterruptedException {
    process.signal(signal);
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.kill();
  }

  /** Asks it to end, and waits until it has. */
  boolean stop() throws IOException, InterruptedException {
    process.terminate();
    // What it says meanwhile is shown; it can never own so many.
    return !await(Integer.MAX_VALUE, 0) && process.endsWithin(STOP_MAX);
  }

  @Override
  public void close() {
    process.kill();
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
