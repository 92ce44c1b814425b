package io.lockstep.chainlog.simulation;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.laws.Accepted;
import io.lockstep.chainlog.laws.AckedIsDelivered;
import io.lockstep.chainlog.laws.OneEntryPerSubmission;
import io.lockstep.chainlog.laws.SameOrderForAll;
import io.lockstep.chainlog.owner.OwnerCore;
import io.lockstep.chainlog.owner.Submission;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One partition, some owners at the same time, some readers, and every {@link Fault}. Most worlds
 * are short; one in twenty is long, with pauses of thousands of steps.
 */
public final class SimulatedWorld<S, C, E> {
  /** Of the one partition. */
  public static final int PARTITION = 0;

  private static final int STEPS = 450;
  private static final int STEPS_LONG = 3_000;
  private static final int READERS = 3;
  private static final int SETTLE_ROUNDS_MAX = 10_000;

  private final Random random;
  private final Workload workload;
  private final List<Submission> submissions = new ArrayList<>();
  private final List<byte[]> log = new ArrayList<>();
  private final List<SimulatedOwner<S, C, E>> owners = new ArrayList<>();
  private final List<SimulatedReader> readers = new ArrayList<>();
  private final List<Accepted> told = new ArrayList<>();
  private final List<Late> late = new ArrayList<>();
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final int steps;
  private long seenSource = -1;
  private long step;

  private record Late(Deque<byte[]> records, long step) {}

  /**
   * A world in which nothing has happened yet.
   *
   * @param partitions of the topics; only the first one is there
   * @param folds one for each owner; the first one must know every version that is switched to
   */
  public SimulatedWorld(
      Random random, int partitions, List<Fold<S, C, E>> folds, Workload workload) {
    this.random = random;
    this.workload = workload;
    this.steps = random.nextInt(20) == 0 ? STEPS_LONG : STEPS;
    folds.forEach(fold -> owners.add(new SimulatedOwner<>(fold, partitions, submissions, log)));
    for (int i = 0; i < READERS; i++) {
      readers.add(new SimulatedReader(log, ChainPosition.START));
    }
  }

  /** Goes through all faults, then through a time without any; returns the log. */
  public List<Accepted> run() {
    while (step < steps) {
      step();
      step++;
    }
    settle();
    List<Accepted> whole = new SimulatedReader(log, ChainPosition.START).read(Integer.MAX_VALUE);
    OneEntryPerSubmission.check(submissions.size(), whole);
    AckedIsDelivered.check(whole, told);
    for (SimulatedReader reader : readers) {
      SameOrderForAll.check(whole, reader.accepted());
    }
    return whole;
  }

  public List<Submission> submissions() {
    return submissions;
  }

  public List<SimulatedOwner<S, C, E>> owners() {
    return owners;
  }

  public List<SimulatedOwner<S, C, E>> running() {
    return owners.stream().filter(owner -> !owner.halted()).toList();
  }

  /** Records of the log, whatever they are. */
  public int records() {
    return log.size();
  }

  /** What a reader that begins there finds. */
  public List<Accepted> readFrom(ChainPosition position) {
    return new SimulatedReader(log, position).read(Integer.MAX_VALUE);
  }

  /** How often each was injected. */
  public Map<Fault, Long> faults() {
    return faults;
  }

  private void step() {
    deliverLate(step);
    SimulatedOwner<S, C, E> owner = owners.get(random.nextInt(owners.size()));
    switch (random.nextInt(20)) {
      case 0, 1, 2 -> submissions.add(workload.next(submissions.size()));
      case 3, 4, 5 -> act(owner, () -> owner.readSubmissions(1 + random.nextInt(4)));
      case 6, 7 -> act(owner, () -> owner.readLog(1 + random.nextInt(6)));
      case 8, 9 -> act(owner, owner::endBatch);
      case 10, 11 -> owner.deliver(1 + random.nextInt(3));
      case 12 -> act(owner, () -> owner.hear(random));
      case 13 -> lose(owner);
      case 14 -> {
        if (random.nextInt(3) == 0) {
          owner.crashAfter(random.nextInt(8));
        }
      }
      case 15 -> disturb();
      case 16 -> {
        if (random.nextInt(4) == 0) {
          act(owner, () -> change(owner.core()));
        }
      }
      case 17 -> {
        if (random.nextInt(8) == 0) {
          pause(owner);
        }
      }
      case 18, 19 -> read(readers.get(random.nextInt(readers.size())));
      default -> throw new AssertionError();
    }
  }

  private void act(SimulatedOwner<S, C, E> owner, Runnable what) {
    if (!owner.isAsleep(step) && !owner.act(same -> what.run())) {
      boolean storeIsLost = random.nextInt(3) == 0;
      count(storeIsLost ? Fault.STORE_LOST : Fault.CRASH);
      delayInFlight(owner);
      owner.restart(storeIsLost);
    }
  }

  private void change(OwnerCore<S, C, E> core) {
    count(Fault.TURN);
    if (core.mayWrite()) {
      core.standBy();
    } else {
      core.takeOver();
    }
  }

  private void pause(SimulatedOwner<S, C, E> owner) {
    count(Fault.PAUSE);
    owner.sleepUntil(step + random.nextInt(steps));
    delayInFlight(owner);
  }

  /** What is in flight arrives at once, some time later, or when all is over. */
  private void delayInFlight(SimulatedOwner<S, C, E> owner) {
    if (owner.inFlight() > 0 && random.nextInt(4) > 0) {
      count(Fault.LATE);
      late.add(new Late(owner.takeInFlight(), step + random.nextInt(steps)));
    }
  }

  private void deliverLate(long now) {
    for (Iterator<Late> each = late.iterator(); each.hasNext(); ) {
      Late one = each.next();
      if (one.step() <= now) {
        log.addAll(one.records());
        each.remove();
      }
    }
  }

  private void lose(SimulatedOwner<S, C, E> owner) {
    if (owner.inFlight() == 0) {
      return;
    }
    int lost = 1 + random.nextInt(owner.inFlight());
    if (random.nextBoolean()) {
      count(Fault.LOST_RECORDS);
      owner.lose(lost);
    } else {
      count(Fault.LOST_ACKNOWLEDGEMENT);
      owner.deliver(lost);
    }
    owner.failureOnTheWay();
  }

  private void disturb() {
    if (!log.isEmpty() && random.nextBoolean()) {
      count(Fault.COPY);
      log.add(log.get(random.nextInt(log.size())));
    } else if (random.nextInt(4) == 0) {
      count(Fault.GARBAGE);
      log.add(new byte[] {1, 2, 3});
    }
  }

  /** Clients are told what a reader has read; a client may be told twice, by two gateways. */
  private void read(SimulatedReader reader) {
    if (random.nextInt(12) == 0) {
      count(Fault.READER_RESTART);
      SimulatedOwner<S, C, E> owner = owners.get(random.nextInt(owners.size()));
      reader.restart(
          random.nextBoolean()
              ? ChainPosition.START
              : owner.store().position(PARTITION).orElse(ChainPosition.START));
    }
    tell(reader.read(1 + random.nextInt(10)));
  }

  private void tell(List<Accepted> entries) {
    told.addAll(entries);
    for (Accepted entry : entries) {
      if (entry.source() > seenSource) {
        seenSource = entry.source();
        workload.seen(entry.source(), entry.body());
      }
    }
  }

  private void count(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  /** No more faults: everybody wakes up, everything arrives, everybody reads. */
  private void settle() {
    deliverLate(Long.MAX_VALUE);
    for (SimulatedOwner<S, C, E> owner : owners) {
      owner.crashAfter(-1);
      owner.sleepUntil(0);
    }
    owners.getFirst().core().takeOver();
    for (int round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      owners.forEach(owner -> owner.deliver(Integer.MAX_VALUE));
      for (SimulatedOwner<S, C, E> owner : owners) {
        act(owner, () -> owner.readLog(Integer.MAX_VALUE));
        act(owner, owner::endBatch);
        act(owner, () -> owner.hear(random));
        act(owner, () -> owner.readSubmissions(Integer.MAX_VALUE));
      }
      if (running().stream().allMatch(owner -> owner.isQuiet(submissions.size() - 1L))) {
        readers.forEach(reader -> tell(reader.read(Integer.MAX_VALUE)));
        return;
      }
    }
    throw new AssertionError(
        "the owners do not settle: " + owners.stream().map(o -> o.core().position()).toList());
  }
}
