package io.lockstep.deploy.bench;

import java.io.IOException;
import java.time.Duration;

/** A server that pushes, in a process of its own, and the one who makes it push. */
interface FanoutSource extends AutoCloseable {
  int port();

  /**
   * Pushes messages to every subscriber.
   *
   * @return the time before the first, by {@link System#nanoTime}
   */
  long push(int count, int bytes) throws IOException;

  /** What the server has had of the processors. */
  Duration processorTime();

  @Override
  void close();
}
