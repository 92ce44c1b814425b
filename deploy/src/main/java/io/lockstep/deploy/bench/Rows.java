package io.lockstep.deploy.bench;

import java.util.ArrayList;
import java.util.List;

/** What a benchmark has measured, part by part, and which parts have failed. */
final class Rows {
  private final List<Result> results = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();
  private final Progress progress;

  Rows(Progress progress) {
    this.progress = progress;
  }

  /** A part that has no rows, since it ended with an exception. */
  record Failure(String part, Exception cause) {
    String why() {
      return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    @Override
    public String toString() {
      return "part " + part + " failed: " + why();
    }
  }

  @FunctionalInterface
  interface Part {
    List<Result> run() throws Exception;
  }

  /**
   * Runs a part. When it fails, that is noted: it takes neither the rows before it along nor those
   * of the parts that come after it.
   *
   * @throws InterruptedException when somebody wants no more parts
   */
  void part(String name, Part part) throws InterruptedException {
    try {
      results.addAll(part.run());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      failed(name, e);
    }
  }

  void add(Result result) {
    results.add(result);
  }

  void failed(String part, Exception cause) {
    Failure failure = new Failure(part, cause);
    failures.add(failure);
    progress.step(failure.toString());
  }

  List<Result> results() {
    return List.copyOf(results);
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }
}
