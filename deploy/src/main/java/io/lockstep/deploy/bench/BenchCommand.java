package io.lockstep.deploy.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep bench NAME}: runs one benchmark and reports it. */
@Command(
    name = "bench",
    description = "Measures one thing beside its baseline, in turns, and prints the ratio.",
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final Map<String, Benchmark> BENCHMARKS =
      new TreeMap<>(
          Map.of(
              "fanout",
              new FanoutBenchmark(),
              "mls",
              new MlsBenchmark(),
              "order",
              new OrderBenchmark()));

  @Parameters(
      paramLabel = "NAME",
      description =
          "order: submit -> entry visible to a reader; fanout: one message to many streams;"
              + " mls: the MLS engine by size of group")
  private String name;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private Path json;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Rounds (default ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "4",
      description = "Seconds for one measurement (default ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--members",
      split = ",",
      paramLabel = "N",
      defaultValue = "100,1000,10000,50000",
      description =
          "mls: sizes of group (default ${DEFAULT-VALUE}); fanout: streams, the last one counts.")
  private List<Integer> members;

  @Option(names = "--slow", description = "mls: the baseline at all sizes; takes many minutes.")
  private boolean slow;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      defaultValue = "latency,rf3,drain,takeover,groups",
      description = "order: what to measure, of ${COMPLETION-CANDIDATES} (default: all).")
  private List<OrderPart> parts;

  @Option(
      names = "--fanout-parts",
      split = ",",
      paramLabel = "PART",
      defaultValue = "shared,separate,stalled,tls,total,storm,renewal,end_to_end",
      description = "fanout: what to measure, of ${COMPLETION-CANDIDATES} (default: all).")
  private List<FanoutPart> fanoutParts;

  @Option(
      names = "--kills",
      defaultValue = "50",
      description = "order: kills of an owner (default ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--groups",
      defaultValue = "1000000",
      description = "order: groups that an owner knows (default ${DEFAULT-VALUE}).")
  private int groups;

  @Spec private CommandSpec spec;

  private final Map<String, Benchmark> benchmarks;

  public BenchCommand() {
    this(BENCHMARKS);
  }

  BenchCommand(Map<String, Benchmark> benchmarks) {
    this.benchmarks = benchmarks;
  }

  @Override
  public Integer call() throws Exception {
    Benchmark benchmark = benchmarks.get(name);
    if (benchmark == null) {
      throw new ParameterException(
          spec.commandLine(), "no benchmark '" + name + "'; there are " + benchmarks.keySet());
    }
    PrintWriter err = spec.commandLine().getErr();
    Progress progress =
        text -> {
          err.println("bench " + name + ": " + text);
          err.flush();
        };
    BenchOptions options = options();
    Rows rows = new Rows(progress);
    rows.part(
        name,
        () -> {
          benchmark.run(options, progress, rows);
          return List.of();
        });
    if (System.getenv("LOCKSTEP_TRACE") != null) {
      rows.failures().forEach(failure -> failure.cause().printStackTrace(err));
    }
    Report report = new Report(name, rows.results(), rows.failures());
    report.print(spec.commandLine().getOut());
    if (json != null) {
      report.write(json);
    }
    return rows.failures().isEmpty() ? 0 : FAILED;
  }

  private BenchOptions options() {
    try {
      return new BenchOptions(rounds, seconds, members, slow, parts, fanoutParts, kills, groups);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
