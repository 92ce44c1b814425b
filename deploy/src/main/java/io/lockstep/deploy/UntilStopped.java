package io.lockstep.deploy;

import java.util.concurrent.CountDownLatch;

/**
 * Waits for the JVM to be told to stop, and keeps it alive until {@link #close}: open it first in a
 * try-with-resources, so that everything opened after it is closed before the process ends.
 */
final class UntilStopped implements AutoCloseable {
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  UntilStopped() {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(this::stop));
  }

  private void stop() {
    stop.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void await() throws InterruptedException {
    stop.await();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
