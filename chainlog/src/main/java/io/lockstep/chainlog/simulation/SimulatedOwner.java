package io.lockstep.chainlog.simulation;

import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.owner.Output;
import io.lockstep.chainlog.owner.OwnerCore;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * An owner's core in a simulated world: what it wrote waits in flight, per writer in order, until
 * the world delivers it or loses it. It may crash before and after each of its effects: a record
 * read, a batch stored, a record handed to the producer.
 */
public final class SimulatedOwner<S, C, E> {
  /** So small that states are decoded again and again. */
  private static final long CACHE_BYTES = 2_000;

  private final Fold<S, C, E> fold;
  private final int partitions;
  private final List<Submission> submissions;
  private final List<byte[]> log;
  private Deque<byte[]> inFlight = new ArrayDeque<>();
  private InMemoryStreamStore store = new InMemoryStreamStore();
  private OwnerCore<S, C, E> core;
  private int nextSubmission;
  private boolean batchOpen;
  private boolean mustHearOfFailure;
  private boolean halted;
  private int effectsUntilCrash = -1;
  private long asleepUntil;

  private static final class Crashed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Crashed() {
      super("crashed", null, false, false);
    }
  }

  SimulatedOwner(
      Fold<S, C, E> fold, int partitions, List<Submission> submissions, List<byte[]> log) {
    this.fold = fold;
    this.partitions = partitions;
    this.submissions = submissions;
    this.log = log;
    start();
  }

  public OwnerCore<S, C, E> core() {
    return core;
  }

  public InMemoryStreamStore store() {
    return store;
  }

  /** It has met a version that it does not know, and does nothing any more. */
  public boolean halted() {
    return halted;
  }

  /** Lets it do something, unless it is halted; false when it has crashed on the way. */
  boolean act(Consumer<SimulatedOwner<S, C, E>> what) {
    if (halted) {
      return true;
    }
    try {
      what.accept(this);
      return true;
    } catch (PartitionHalted e) {
      halted = true;
      return true;
    } catch (Crashed e) {
      return false;
    }
  }

  /** So many effects from now on, the process is gone; none when negative. */
  void crashAfter(int effects) {
    effectsUntilCrash = effects;
  }

  void sleepUntil(long step) {
    asleepUntil = step;
  }

  boolean isAsleep(long step) {
    return step < asleepUntil;
  }

  /** Loses everything but the store. */
  void restart(boolean storeIsLost) {
    if (storeIsLost) {
      store = new InMemoryStreamStore();
    }
    effectsUntilCrash = -1;
    asleepUntil = 0;
    if (!halted) {
      var _ = act(SimulatedOwner::start);
    }
  }

  private void start() {
    nextSubmission = 0;
    batchOpen = false;
    mustHearOfFailure = false;
    core = new OwnerCore<>(fold, SimulatedWorld.PARTITION, partitions, store, CACHE_BYTES, 0);
  }

  private void effect() {
    if (effectsUntilCrash >= 0 && effectsUntilCrash-- == 0) {
      throw new Crashed();
    }
  }

  void readLog(int records) {
    for (int i = 0; i < records && core.nextLogOffset() < log.size(); i++) {
      effect();
      long offset = core.nextLogOffset();
      if (core.readLog(offset, log.get((int) offset)) instanceof Stuck stuck) {
        throw new AssertionError("an owner is stuck: " + stuck.why());
      }
      batchOpen = true;
    }
  }

  void endBatch() {
    if (batchOpen) {
      effect();
      core.endBatch();
      batchOpen = false;
      effect();
    }
    send();
  }

  void readSubmissions(int records) {
    for (int i = 0; i < records && nextSubmission < submissions.size() && !core.isFull(); i++) {
      effect();
      core.readSubmission(submissions.get(nextSubmission++));
    }
    send();
  }

  void hear(Random random) {
    if (mustHearOfFailure && random.nextInt(3) == 0) {
      mustHearOfFailure = false;
      core.sendFailed();
    }
    if (core.needsLogEnd() && random.nextInt(4) > 0) {
      core.logEnd(log.size());
    }
    send();
  }

  private void send() {
    for (Output output : core.takeOutputs()) {
      effect();
      inFlight.addLast(output.value());
    }
  }

  void deliver(int records) {
    for (int i = 0; i < records && !inFlight.isEmpty(); i++) {
      log.add(inFlight.removeFirst());
    }
  }

  int inFlight() {
    return inFlight.size();
  }

  void lose(int records) {
    for (int i = 0; i < records; i++) {
      inFlight.removeFirst();
    }
  }

  /** Somewhere on the network, in order; the process does not know of it any more. */
  Deque<byte[]> takeInFlight() {
    Deque<byte[]> taken = inFlight;
    inFlight = new ArrayDeque<>();
    return taken;
  }

  void failureOnTheWay() {
    mustHearOfFailure = true;
  }

  boolean isQuiet(long lastSubmission) {
    return inFlight.isEmpty()
        && !mustHearOfFailure
        && !core.needsLogEnd()
        && core.position().source() == lastSubmission
        && core.nextLogOffset() == log.size();
  }
}
