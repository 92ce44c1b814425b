package io.lockstep.deploy.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
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
  private static final Map<String, Benchmark> BENCHMARKS =
      new TreeMap<>(Map.of("order", new OrderBenchmark()));

  @Parameters(paramLabel = "NAME", description = "order: submit -> entry visible to a reader")
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

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Benchmark benchmark = BENCHMARKS.get(name);
    if (benchmark == null) {
      throw new ParameterException(
          spec.commandLine(), "no benchmark '" + name + "'; there are " + BENCHMARKS.keySet());
    }
    PrintWriter err = spec.commandLine().getErr();
    Progress progress =
        text -> {
          err.println("bench " + name + ": " + text);
          err.flush();
        };
    Report report = new Report(name, benchmark.run(new BenchOptions(rounds, seconds), progress));
    report.print(spec.commandLine().getOut());
    if (json != null) {
      report.write(json);
    }
    return 0;
  }
}
