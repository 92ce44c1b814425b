package io.lockstep.deploy.bench;

/** One benchmark of {@code lockstep bench NAME}. */
interface Benchmark {
  /** What is measured, in one line for {@code --help}. */
  String summary();

  /**
   * Measures, reporting progress as it goes.
   *
   * @param rows takes the results, in the order in which they are printed, as soon as they are
   *     there
   */
  void run(BenchOptions options, Progress progress, Rows rows) throws Exception;
}
