package io.lockstep.deploy.kafka;

import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.LogScan;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep log tail}: entries as lines of JSON, without their payload. */
@Command(
    name = "tail",
    description = {
      "Prints entries of a stream, one JSON line each, without payloads. Only what the reader's"
          + " rule accepts is printed.",
      "Without --from-beginning and --follow: the newest ones of what is there."
    },
    mixinStandardHelpOptions = true)
final class LogTailCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int NOT_FOLLOWED = 1;

  @Mixin private KafkaOptions kafka;

  @Mixin private LogOption log;

  @ArgGroup(multiplicity = "1")
  private Which which;

  private static final class Which {
    @Option(names = "--group", paramLabel = "ID", description = "A group, by its id in hex.")
    private String group;

    @Option(names = "--inbox", paramLabel = "ID", description = "An inbox, by its id in hex.")
    private String inbox;

    @Option(
        names = "--key",
        paramLabel = "KEY",
        description = "Any stream, by the key of its records, such as k:<client id>.")
    private String key;

    @Option(names = "--all", description = "The whole log.")
    private boolean all;
  }

  @Option(names = "--from-beginning", description = "Everything that there is.")
  private boolean fromBeginning;

  @Option(names = "--follow", description = "Go on with what comes, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "10",
      description = "How many of the newest entries (default ${DEFAULT-VALUE}).")
  private int lines;

  @Spec private CommandSpec spec;

  private boolean stuck;

  @Override
  public Integer call() throws Exception {
    String key = key();
    ServiceLog wanted = log.log();
    try (KafkaOptions.Reached reached = kafka.reach()) {
      if (follow && !reached.isRunningAnyway()) {
        throw new ParameterException(
            spec.commandLine(), "--follow: no node runs on this directory, so nothing will come");
      }
      try (LogScan scan = LogScan.open(reached.connection(), wanted.name())) {
        List<Integer> partitions =
            which.all
                ? IntStream.range(0, scan.partitions()).boxed().toList()
                : List.of(Partitions.of(key, scan.partitions()));
        print(scan, partitions, line -> which.all || line.key().equals(key), wanted);
      }
    }
    return stuck ? NOT_FOLLOWED : OK;
  }

  private String key() {
    if (which.group != null) {
      return "g:" + hex(which.group);
    }
    if (which.inbox != null) {
      return "i:" + hex(which.inbox);
    }
    return which.key == null ? "" : which.key;
  }

  private String hex(String id) {
    if (!id.matches("([0-9a-fA-F]{2}){1,255}")) {
      throw new ParameterException(spec.commandLine(), "an id is 1 to 255 bytes in hex: " + id);
    }
    return id.toLowerCase(Locale.ROOT);
  }

  private void print(
      LogScan scan, List<Integer> partitions, Predicate<EntryLine> isWanted, ServiceLog wanted) {
    PrintWriter out = spec.commandLine().getOut();
    Consumer<EntryLine> printer =
        line -> {
          out.println(line.json());
          out.flush();
        };
    if (follow) {
      scan.follow(
          partitions,
          fromBeginning ? LogScan.From.BEGINNING : LogScan.From.WATERMARK,
          new Lines(wanted, isWanted, printer),
          () -> !Thread.currentThread().isInterrupted());
    } else if (fromBeginning) {
      scan.toEnd(partitions, LogScan.From.BEGINNING, new Lines(wanted, isWanted, printer));
    } else {
      PriorityQueue<EntryLine> newest =
          new PriorityQueue<>(Comparator.comparingLong(EntryLine::timeMillis));
      scan.toEnd(
          partitions,
          LogScan.From.BEGINNING,
          new Lines(
              wanted,
              isWanted,
              line -> {
                newest.add(line);
                if (newest.size() > lines) {
                  newest.remove();
                }
              }));
      while (!newest.isEmpty()) {
        printer.accept(newest.remove());
      }
    }
  }

  private final class Lines implements LogScan.Visitor {
    private final ServiceLog wanted;
    private final Predicate<EntryLine> isWanted;
    private final Consumer<EntryLine> sink;

    Lines(ServiceLog wanted, Predicate<EntryLine> isWanted, Consumer<EntryLine> sink) {
      this.wanted = wanted;
      this.isWanted = isWanted;
      this.sink = sink;
    }

    @Override
    public void onTrimmed(int partition, LogStart start) {
      spec.commandLine()
          .getErr()
          .println(
              "lockstep: partition "
                  + partition
                  + " begins at offset "
                  + start.logBegin()
                  + "; shown is what comes after offset "
                  + start.position().logOffset());
    }

    @Override
    public void onAccepted(int partition, Accepted record) {
      EntryLine line = EntryLine.of(wanted, partition, record);
      if (isWanted.test(line)) {
        sink.accept(line);
      }
    }

    @Override
    public void onStuck(int partition, String why) {
      stuck = true;
      spec.commandLine()
          .getErr()
          .println(
              "lockstep: partition "
                  + partition
                  + " cannot be followed any further: "
                  + why
                  + "; see 'lockstep log verify'");
    }
  }
}
