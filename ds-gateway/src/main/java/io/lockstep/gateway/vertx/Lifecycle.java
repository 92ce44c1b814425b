package io.lockstep.gateway.vertx;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Whether the gateway takes calls, and how many unary calls it is at. Thread-safe. */
final class Lifecycle {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile boolean closing;
  private int running;

  boolean open() {
    return !closing;
  }

  void checkOpen() throws Refused {
    if (closing) {
      throw new Refused(Reason.SHUTTING_DOWN, "the gateway is shutting down: connect again");
    }
  }

  void close() {
    closing = true;
  }

  void begun() {
    lock.lock();
    try {
      running++;
    } finally {
      lock.unlock();
    }
  }

  void ended() {
    lock.lock();
    try {
      running--;
      if (running == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no call is running, for so long at most. */
  void awaitIdle(long millis) throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (running > 0 && nanos > 0) {
        nanos = idle.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }
}
