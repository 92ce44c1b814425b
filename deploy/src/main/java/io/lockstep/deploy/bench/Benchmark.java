package io.lockstep.deploy.bench;

import java.util.List;

/** One benchmark of {@code lockstep bench NAME}. */
interface Benchmark {
  /** What is measured, in one line for {@code --help}. */
  String summary();

  /**
   * Measures, reporting progress as it goes.
   *
   * @return results in the order in which they are printed
   */
  List<Result> run(BenchOptions options, Progress progress) throws Exception;
}
