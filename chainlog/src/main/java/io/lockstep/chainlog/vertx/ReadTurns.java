package io.lockstep.chainlog.vertx;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long one event loop may be busy with what clients say before it does something else. Whatever
 * came on all connections is else dealt with in one go, and when many thousand clients come back at
 * once nobody would be delivered anything for seconds. Connections that must wait are served one
 * after the other, a turn's worth each. Lives on the loop's thread.
 */
final class ReadTurns {
  /** As long as a delivery may wait for it without being late. */
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** A connection that has something left. */
  @FunctionalInterface
  interface Waiting {
    /** Goes on with it, as long as there is time. True when nothing is left. */
    boolean goOn();
  }

  private final EventLoop loop;
  private final LongSupplier clock;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean running;
  private long began;

  ReadTurns(EventLoop loop, LongSupplier clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /** Whether there is time left for a connection that need not wait. */
  boolean hasTime() {
    if (!running) {
      running = true;
      began = clock.getAsLong();
      // Tasks come after the loop has read; from then on it is another turn.
      loop.execute(this::end);
      return true;
    }
    return clock.getAsLong() - began < TURN_NANOS;
  }

  private void end() {
    running = false;
  }

  /** Whoever has the turn needs all of it. */
  void useUp() {
    began = clock.getAsLong() - TURN_NANOS;
  }

  void await(Waiting one) {
    waiting.add(one);
    if (waiting.size() == 1) {
      next();
    }
  }

  /** A timer that is due at once: deliveries that are due, and other sockets, come before it. */
  private void next() {
    var _ = loop.schedule(this::serve, 0, TimeUnit.NANOSECONDS);
  }

  private void serve() {
    running = false;
    while (!waiting.isEmpty() && hasTime()) {
      Waiting first = waiting.removeFirst();
      if (!first.goOn()) {
        waiting.addLast(first);
      }
    }
    if (!waiting.isEmpty()) {
      next();
    }
  }
}
