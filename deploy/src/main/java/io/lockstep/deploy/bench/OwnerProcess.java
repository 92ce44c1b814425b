package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
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
  private static final String OWNS = "owns";
  private static final String HEAP = "heap";
  private static final long TELL_EVERY_MILLIS = 20;

  private final ChildJvm process;

  private OwnerProcess(ChildJvm process) {
    this.process = process;
  }

  static OwnerProcess start(KafkaConnection kafka, LogName log, Path dir, String name)
      throws IOException {
    return new OwnerProcess(
        ChildJvm.startQuietly(
            JvmCommand.of(
                    OwnerProcess.class,
                    "-Xmx1g",
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders")
                .with(kafka.bootstrap(), log.name(), dir.resolve(name).toString(), name + ":1")));
  }

  /** Waits until it owns and stands by for so many partitions, and returns the owned ones. */
  Set<Integer> await(int owned, int standingBy) throws IOException {
    while (true) {
      String[] told = process.hearAtLast(OWNS).split("/", -1);
      Set<Integer> owns = numbers(told[0]);
      if (owns.size() == owned && numbers(told[1]).size() == standingBy) {
        return owns;
      }
    }
  }

  private static Set<Integer> numbers(String list) {
    return Arrays.stream(list.split(",", -1))
        .filter(text -> !text.isEmpty())
        .map(Integer::parseInt)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Live heap in bytes, after a full collection. */
  long heapBytes() throws IOException {
    process.tell(HEAP);
    return Long.parseLong(process.hearAtLast(HEAP));
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.kill();
  }

  /** Asks it to end and waits until it has. */
  void stop() {
    process.stop();
  }

  @Override
  public void close() {
    process.kill();
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
        String now = OWNS + " " + list(service.owned()) + "/" + list(service.standingBy());
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
