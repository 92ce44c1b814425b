package io.lockstep.deploy.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs the steps of a scenario one after the other, and keeps how long each took. */
final class Steps {
  /** A step that is over. */
  record Step(String text, long millis) {}

  /** What a step does. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private final PrintWriter out;
  private final List<Step> done = new ArrayList<>();

  Steps(PrintWriter out) {
    this.out = out;
  }

  void step(String text, Action action) throws Exception {
    long start = System.nanoTime();
    action.run();
    Step step = new Step(text, (System.nanoTime() - start) / 1_000_000);
    done.add(step);
    out.printf(Locale.ROOT, "%6d ms  %s%n", step.millis(), text);
    out.flush();
  }

  List<Step> done() {
    return List.copyOf(done);
  }
}
