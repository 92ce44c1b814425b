package io.lockstep.deploy.bench;

/** Where a benchmark says what it is doing; never part of its result. */
@FunctionalInterface
interface Progress {
  void step(String text);
}
