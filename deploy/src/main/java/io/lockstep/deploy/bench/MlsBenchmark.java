package io.lockstep.deploy.bench;

import io.lockstep.chainlog.process.JvmCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What the MLS engine costs at several sizes of group, and in the same run what bcmls 1.84 costs
 * where it can do the same work. Each engine and size has a process of its own.
 */
final class MlsBenchmark implements Benchmark {
  /** The size for which targets are set. */
  private static final int TARGET_MEMBERS = 50_000;

  private static final int INLINE_TARGET_MEMBERS = 10_000;
  private static final int GROWTH_FROM = 1_000;

  /** Above these bcmls takes minutes for one round: only with {@code --slow}. */
  private static final int BASELINE_MEMBERS_MAX = 1_000;

  private static final Map<String, Double> TARGETS =
      Map.of(
          "process_populated_ms", 5.0,
          "commit_populated_ms", 10.0,
          "process_blank_ms", 100.0,
          "join_ms", 4_500.0,
          "add_all_ms", 15_000.0,
          "heap_mb", 25.0,
          "protect_us", 110.0,
          "unprotect_us", 150.0);
  private static final double INLINE_TARGET_MS = 6_000;
  private static final double GROWTH_TARGET = 2;

  @Override
  public String summary() {
    return "the MLS engine by size of group, beside bcmls 1.84";
  }

  @Override
  public void run(BenchOptions options, Progress progress, Rows rows) throws Exception {
    OptionalDouble small = OptionalDouble.empty();
    for (int members : options.members()) {
      MlsFigures own = measure(MlsBenchProcess.Engine.LOCKSTEP, members, options, progress);
      MlsFigures baseline =
          members <= BASELINE_MEMBERS_MAX || options.slow()
              ? measure(MlsBenchProcess.Engine.BCMLS, members, options, progress)
              : MlsFigures.empty();
      own.values().forEach((name, value) -> rows.add(result(name, members, value, baseline)));
      double process = own.values().get("process_populated_ms");
      if (members == GROWTH_FROM) {
        small = OptionalDouble.of(process);
      } else if (members == TARGET_MEMBERS && small.isPresent()) {
        rows.add(growth(process, small.getAsDouble()));
      }
    }
  }

  private static Result result(String name, int members, double value, MlsFigures baseline) {
    Double theirs = baseline.values().get(name);
    return new Result(
        id(name, members),
        value,
        MlsFigures.unit(name),
        theirs == null ? OptionalDouble.empty() : OptionalDouble.of(theirs),
        theirs == null ? OptionalDouble.empty() : OptionalDouble.of(value / theirs),
        target(name, members));
  }

  /** At the size for which a target is set the name itself, else with the size behind it. */
  private static String id(String name, int members) {
    if (name.equals("welcome_inline_ms") && members == INLINE_TARGET_MEMBERS) {
      return "welcome_inline_10k_ms";
    }
    return members == TARGET_MEMBERS && !name.equals("welcome_inline_ms")
        ? name
        : name + "_" + members;
  }

  private static Optional<Target> target(String name, int members) {
    if (name.equals("welcome_inline_ms")) {
      return members == INLINE_TARGET_MEMBERS
          ? Optional.of(new Target.ValueAtMost(INLINE_TARGET_MS))
          : Optional.empty();
    }
    return members == TARGET_MEMBERS
        ? Optional.ofNullable(TARGETS.get(name)).map(Target.ValueAtMost::new)
        : Optional.empty();
  }

  /** Time at 50,000 as a multiple of that at 1,000. */
  private static Result growth(double large, double small) {
    return new Result(
        "process_populated_growth",
        large,
        "ms",
        OptionalDouble.of(small),
        OptionalDouble.of(large / small),
        Optional.of(new Target.RatioAtMost(GROWTH_TARGET)));
  }

  private static MlsFigures measure(
      MlsBenchProcess.Engine engine, int members, BenchOptions options, Progress progress)
      throws IOException, InterruptedException {
    boolean inline =
        switch (engine) {
          case LOCKSTEP -> members <= INLINE_TARGET_MEMBERS;
          case BCMLS -> members <= BASELINE_MEMBERS_MAX || options.slow();
        };
    JvmCommand command =
        JvmCommand.measured(MlsBenchProcess.class, heapMegabytes(members) + "m")
            .with(engine.name(), "" + members, "" + options.rounds(), "" + inline)
            .withClassPathFront(baseline(engine));
    Process process = command.toProcess().redirectError(ProcessBuilder.Redirect.INHERIT).start();
    MlsFigures figures = MlsFigures.empty();
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (!figures.take(line)) {
          progress.step(engine.name().toLowerCase(Locale.ROOT) + " " + members + ": " + line);
        }
      }
    }
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException("the process that measured " + engine + " ended with " + status);
    }
    return figures;
  }

  /** Enough that the collector does not become what is measured. */
  private static int heapMegabytes(int members) {
    return Math.max(1024, members / 16);
  }

  /** What it needs besides our own classes. */
  private static List<String> baseline(MlsBenchProcess.Engine engine) throws IOException {
    return switch (engine) {
      case LOCKSTEP -> List.of();
      case BCMLS -> {
        Path directory =
            Path.of(System.getProperty("lockstep.root", "."), "deploy", "target", "bench-lib");
        try (Stream<Path> jars = Files.list(directory)) {
          yield jars.map(Path::toString).sorted().toList();
        }
      }
    };
  }
}
