package io.lockstep.deploy.cluster;

import io.lockstep.sequencer.probe.LawBroken;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for something to become true, with an end. */
final class Await {
  /** Not more often: each look at a container or at the cluster costs what the cluster lacks. */
  private static final long STEP_NANOS = 200_000_000;

  private Await() {}

  /**
   * Throws when it is not true in time. A condition that throws an exception of a service is not
   * true yet; a law that is broken ends the wait.
   */
  static void until(String what, Duration max, Callable<Boolean> condition) {
    long end = System.nanoTime() + max.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (LawBroken e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError("not within " + max.toSeconds() + " s: " + what, last);
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
