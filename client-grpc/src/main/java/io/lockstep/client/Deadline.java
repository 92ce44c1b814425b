package io.lockstep.client;

import java.time.Duration;

/** The end of a blocking call. */
record Deadline(long nanos) {
  static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** The earlier of this and {@code step} from now. */
  Deadline orAfter(Duration step) {
    return step.toNanos() < left() ? after(step) : this;
  }

  boolean hasPassed() {
    return left() <= 0;
  }

  /** What is left, in nanoseconds; not positive when it has passed. */
  long left() {
    return nanos - System.nanoTime();
  }
}
