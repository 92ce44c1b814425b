package io.lockstep.gateway.vertx;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The turns of one event loop: connections that have something to do get it done together. A turn
 * is a timer that is due at once, not a task: between two of them the loop reads from its sockets,
 * so that clients which open their windows are heard.
 */
final class Turns {
  private final EventLoop loop;
  private final DataFrame frame = new DataFrame();
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

  private void run() {
    List<MergedWriter> now = due;
    due = new ArrayList<>();
    for (MergedWriter writer : now) {
      writer.turn();
    }
  }
}
