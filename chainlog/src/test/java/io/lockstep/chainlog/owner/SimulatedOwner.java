package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * An owner's core in a simulated world: what it wrote waits in flight, per writer in order, until
 * the world delivers it or loses it.
 */
final class SimulatedOwner<S, C, E> {
  /** So few that states are read from the store again and again. */
  private static final long CACHE_BYTES = 1000;

  final Deque<byte[]> inFlight = new ArrayDeque<>();
  private final Fold<S, C, E> fold;
  private final List<Submission> submissions;
  private final List<byte[]> log;
  InMemoryStreamStore store = new InMemoryStreamStore();
  OwnerCore<S, C, E> core;
  private int nextSubmission;
  private boolean batchOpen;
  boolean mustHearOfFailure;
  private boolean halted;

  SimulatedOwner(Fold<S, C, E> fold, List<Submission> submissions, List<byte[]> log) {
    this.fold = fold;
    this.submissions = submissions;
    this.log = log;
    start();
  }

  /** It has met a version that it does not know, and does nothing any more. */
  boolean halted() {
    return halted;
  }

  /** Lets it do something, unless it is halted. */
  void act(Consumer<SimulatedOwner<S, C, E>> what) {
    if (!halted) {
      try {
        what.accept(this);
      } catch (PartitionHalted e) {
        halted = true;
      }
    }
  }

  /**
   * A crash loses everything but the store. What is in flight may still arrive, as from a zombie.
   */
  void crash(boolean storeIsLost) {
    if (storeIsLost) {
      store = new InMemoryStreamStore();
    }
    start();
  }

  private void start() {
    core =
        new OwnerCore<>(
            fold, SimulatedWorld.PARTITION, SimulatedWorld.PARTITIONS, store, CACHE_BYTES, 0);
    nextSubmission = 0;
    batchOpen = false;
    mustHearOfFailure = false;
  }

  void readLog(int records) {
    for (int i = 0; i < records && core.nextLogOffset() < log.size(); i++) {
      long offset = core.nextLogOffset();
      if (core.readLog(offset, log.get((int) offset)) instanceof Stuck stuck) {
        throw new AssertionError("an owner is stuck: " + stuck.why());
      }
      batchOpen = true;
    }
  }

  void endBatch() {
    if (batchOpen) {
      core.endBatch();
      batchOpen = false;
    }
    takeOutputs();
  }

  void readSubmissions(int records) {
    for (int i = 0; i < records && nextSubmission < submissions.size() && !core.isFull(); i++) {
      core.readSubmission(submissions.get(nextSubmission++));
    }
    takeOutputs();
  }

  void hear(Random random) {
    if (mustHearOfFailure && random.nextInt(3) == 0) {
      mustHearOfFailure = false;
      core.sendFailed();
    }
    if (core.needsLogEnd() && random.nextInt(3) == 0) {
      core.logEnd(log.size());
    }
    takeOutputs();
  }

  void deliver(int records) {
    for (int i = 0; i < records && !inFlight.isEmpty(); i++) {
      log.add(inFlight.removeFirst());
    }
  }

  private void takeOutputs() {
    core.takeOutputs().forEach(output -> inFlight.addLast(output.value().toByteArray()));
  }
}
