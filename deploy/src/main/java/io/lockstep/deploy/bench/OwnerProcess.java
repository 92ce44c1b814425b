package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.FoldedStream;
import io.lockstep.sequencer.law.StreamFold;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A sequencer's fold in a process of its own: to be killed, or to have its heap looked at. */
final class OwnerProcess implements AutoCloseable {
  private static final String HEAP = "heap";
  private static final long TELL_EVERY_MILLIS = 20;
  private static final long KILLED_SECONDS_MAX = 30;

  private final Process process;
  private final BufferedReader lines;

  private OwnerProcess(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
  }

  static OwnerProcess start(KafkaConnection kafka, LogName log, Path dir, String name)
      throws IOException {
    return new OwnerProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                OwnerProcess.class.getName(),
                kafka.bootstrap(),
                log.name(),
                dir.resolve(name).toString(),
                name + ":1")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Waits until it owns and stands by for so many partitions, and returns the owned ones. */
  Set<Integer> await(int owned, int standingBy) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] told = line.split(" ", -1);
      if (told.length == 3 && told[0].equals("owns")) {
        Set<Integer> owns = numbers(told[1]);
        if (owns.size() == owned && numbers(told[2]).size() == standingBy) {
          return owns;
        }
      }
    }
    throw new IOException("the owner's process has ended");
  }

  private static Set<Integer> numbers(String list) {
    return Arrays.stream(list.split(",", -1))
        .filter(text -> !text.isEmpty())
        .map(Integer::parseInt)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Live heap in bytes, after a full collection. */
  long heapBytes() throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(HEAP).append('\n').flush();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(HEAP)) {
        return Long.parseLong(line.substring(HEAP.length()).strip());
      }
    }
    throw new IOException("the owner's process has ended");
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    var _ = process.destroyForcibly().waitFor(KILLED_SECONDS_MAX, TimeUnit.SECONDS);
  }

  /** Asks it to end and waits until it has. */
  void stop() throws InterruptedException {
    process.toHandle().destroy();
    if (!process.waitFor(KILLED_SECONDS_MAX, TimeUnit.SECONDS)) {
      kill();
    }
  }

  @Override
  public void close() {
    var _ = process.destroyForcibly();
  }

  /** Arguments: bootstrap, log, directory, endpoint. Ends when its input does. */
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    FoldService<FoldedStream, StreamCommand, StreamEntry> service =
        FoldService.start(
            new StreamFold(),
            FoldServiceConfig.of(
                KafkaConnection.to(args[0]), new LogName(args[1]), Path.of(args[2]), args[3]));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    Thread.ofPlatform().daemon().start(() -> tell(service, out));
    try (BufferedReader in =
        new BufferedReader(new java.io.InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals(HEAP)) {
          System.gc();
          Runtime runtime = Runtime.getRuntime();
          out.println(HEAP + " " + (runtime.totalMemory() - runtime.freeMemory()));
        }
      }
    }
    System.exit(0);
  }

  private static void tell(FoldService<?, ?, ?> service, PrintStream out) {
    String told = "";
    try {
      while (true) {
        String now = "owns " + list(service.owned()) + " " + list(service.standingBy());
        if (!now.equals(told)) {
          out.println(now);
          told = now;
        }
        TimeUnit.MILLISECONDS.sleep(TELL_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String list(Set<Integer> partitions) {
    return new TreeSet<>(partitions).stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
