package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** How far a partition's log is folded, for those who wait for it. Thread-safe. */
final class FoldProgress {
  private record Waiting(long offset, CompletableFuture<Void> reached) {}

  private final LogName log;
  private final int partition;
  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Waiting::offset));
  private long foldedTo;
  private boolean ended;

  FoldProgress(LogName log, int partition, long foldedTo) {
    this.log = log;
    this.partition = partition;
    this.foldedTo = foldedTo;
  }

  /** Done when it is folded up to this log offset; fails with NotOwner after {@link #end}. */
  CompletableFuture<Void> reached(long offset) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    Waiting waits = new Waiting(offset, reached);
    synchronized (this) {
      if (ended) {
        return CompletableFuture.failedFuture(new NotOwner(log, partition));
      }
      if (offset <= foldedTo) {
        return CompletableFuture.completedFuture(null);
      }
      waiting.add(waits);
    }
    // A log that stands still must not collect those who have given up.
    var _ = reached.whenComplete((done, failure) -> forget(waits, failure));
    return reached;
  }

  private synchronized void forget(Waiting waits, Throwable failure) {
    if (failure != null) {
      waiting.remove(waits);
    }
  }

  /** It is folded up to this log offset, which never goes back. */
  void at(long offset) {
    List<Waiting> there = new ArrayList<>();
    synchronized (this) {
      foldedTo = Math.max(foldedTo, offset);
      while (!waiting.isEmpty() && waiting.peek().offset() <= foldedTo) {
        there.add(waiting.remove());
      }
    }
    there.forEach(waits -> waits.reached().complete(null));
  }

  /** Nothing is folded here any more. */
  void end() {
    List<Waiting> left;
    synchronized (this) {
      ended = true;
      left = List.copyOf(waiting);
      waiting.clear();
    }
    left.forEach(waits -> waits.reached().completeExceptionally(new NotOwner(log, partition)));
  }

  synchronized int waiting() {
    return waiting.size();
  }
}
