package io.lockstep.gateway.vertx;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The turns of one event loop: connections that have something to do get it done together. A turn
 * is a timer that is due at once, not a task: between two of them the loop reads from its sockets,
 * so that clients which open their windows are heard.
 */
final class Turns {
  private final EventLoop loop;
  private final DataFrame frame = new DataFrame();
  private final Set<MergedWriter> held = new LinkedHashSet<>();
  private boolean holding;
  private List<MergedWriter> due = new ArrayList<>();

  Turns(EventLoop loop) {
    this.loop = loop;
  }

  /** For whoever has a turn. */
  DataFrame frame() {
    return frame;
  }

  /** A turn for the connection; asked for once until it comes. */
  void next(MergedWriter writer) {
    due.add(writer);
    if (due.size() == 1) {
      afterReading(this::run);
    }
  }

  /** From any thread: runs the task on the loop, after it has read. */
  void afterReading(Runnable task) {
    var _ = loop.schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  /** Runs the task after so long, unless it is cancelled before. */
  Future<?> later(long millis, Runnable task) {
    return loop.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  /** Runs something that writes to many calls; a connection is flushed once, at the end. */
  void together(Runnable task) {
    holding = true;
    try {
      task.run();
    } finally {
      holding = false;
      List<MergedWriter> all = List.copyOf(held);
      held.clear();
      all.forEach(MergedWriter::flushHeld);
    }
  }

  /** Whether a flush of the connection has to wait; it will come. */
  boolean holds(MergedWriter writer) {
    if (holding) {
      held.add(writer);
    }
    return holding;
  }

  private void run() {
    List<MergedWriter> now = due;
    due = new ArrayList<>();
    for (MergedWriter writer : now) {
      writer.turn();
    }
  }
}
