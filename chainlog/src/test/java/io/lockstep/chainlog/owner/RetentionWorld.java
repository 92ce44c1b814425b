package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.Partitions;
import io.lockstep.log.v1.SubmissionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One partition with owners whose states are published, and whose log is trimmed up to the newest
 * watermark at most. Publications are lost, torn, late and repeated; owners freeze for hours, crash
 * with and without their disks, and take over from each other at any moment; the state topic is
 * compacted. All of it from one seed.
 */
final class RetentionWorld {
  static final int PARTITION = 0;
  static final int PARTITIONS = 2;
  static final long IN_FLIGHT_MAX = Duration.ofMinutes(12).toNanos();
  private static final long HEARTBEAT = Duration.ofSeconds(10).toNanos();
  private static final int STEPS = 500;
  private static final int SETTLE_ROUNDS_MAX = 20_000;

  final List<Submission> submissions = new ArrayList<>();
  final List<byte[]> log = new ArrayList<>();
  final SimulatedTopics topics = new SimulatedTopics();
  final List<PublishingOwner> owners = new ArrayList<>();
  final List<String> keys = new ArrayList<>();
  private final List<Long> frozenUntil = new ArrayList<>();
  private final Random random;
  private long begin;
  long now = 1;
  int loads;
  int zombieRecords;
  int trims;

  RetentionWorld(long seed, int owners) {
    this.random = new Random(seed);
    for (int i = 0; keys.size() < 5; i++) {
      if (Partitions.of("k" + i, PARTITIONS) == PARTITION) {
        keys.add("k" + i);
      }
    }
    for (int i = 0; i < owners; i++) {
      this.owners.add(new PublishingOwner(this));
      frozenUntil.add(0L);
    }
  }

  LogBounds bounds() {
    return new LogBounds(begin, log.size());
  }

  void run() {
    for (int i = 0; i < STEPS; i++) {
      step();
    }
    settle();
  }

  private void step() {
    int chosen = random.nextInt(owners.size());
    switch (random.nextInt(30)) {
      case 0, 1, 2 -> submit();
      case 3, 4 -> act(chosen, o -> o.readSubmissions(1 + random.nextInt(4)));
      case 5, 6 -> act(chosen, o -> o.readLog(1 + random.nextInt(6)));
      case 7, 8 -> act(chosen, PublishingOwner::endBatch);
      case 9, 10 -> owners.get(chosen).deliverEntries(1 + random.nextInt(4));
      case 11, 12 -> act(chosen, o -> o.hear(random));
      case 13, 14, 15 -> act(chosen, o -> o.tick(true));
      case 16, 17 -> owners.get(chosen).deliverPublications(1 + random.nextInt(6), true);
      case 18 -> {
        if (random.nextInt(3) == 0) {
          owners.get(chosen).losePublications(1 + random.nextInt(3));
        } else if (random.nextInt(3) == 0) {
          owners.get(chosen).deliverPublications(1 + random.nextInt(3), false);
        }
      }
      case 19 -> {
        if (random.nextInt(3) == 0) {
          act(chosen, o -> o.crash(random.nextInt(3) > 0));
        }
      }
      case 20 -> {
        if (random.nextInt(2) == 0) {
          act(chosen, PublishingOwner::change);
        }
      }
      case 21 -> {
        if (random.nextInt(3) == 0) {
          frozenUntil.set(chosen, now + minutes(1 + random.nextInt(240)));
        }
      }
      case 22 -> pass(minutes(random.nextInt(3) == 0 ? random.nextInt(90) : 1));
      case 23 -> topics.compact(now);
      case 24 -> trim();
      case 25, 26, 27, 28, 29 -> act(chosen, this::work);
      default -> throw new AssertionError();
    }
  }

  /** A while in which nothing goes wrong. */
  private void work(PublishingOwner owner) {
    for (int i = random.nextInt(8); i >= 0; i--) {
      owner.readLog(Integer.MAX_VALUE);
      owner.endBatch();
      owner.hear(random);
      owner.readSubmissions(Integer.MAX_VALUE);
      owner.deliverEntries(random.nextInt(4));
      owner.tick(true);
      owner.deliverPublications(random.nextInt(8), true);
    }
  }

  private static long minutes(int minutes) {
    return Duration.ofMinutes(minutes).toNanos();
  }

  private void act(int owner, Consumer<PublishingOwner> what) {
    if (frozenUntil.get(owner) <= now) {
      what.accept(owners.get(owner));
    }
  }

  /** Those that are not frozen tick all the time. */
  private void pass(long nanos) {
    long until = now + nanos;
    while (now < until) {
      now = Math.min(until, now + HEARTBEAT);
      for (int i = 0; i < owners.size(); i++) {
        act(i, o -> o.tick(false));
        owners.get(i).dropOldPublications();
      }
    }
  }

  /** The log is kept longer than it takes until somebody has settled what a takeover left open. */
  private void trim() {
    KnownPositions known = topics.known();
    long newest =
        Math.min(
            known.watermark().map(ChainPosition::logOffset).orElse(-1L),
            known.unsettledAfter().orElse(Long.MAX_VALUE));
    if (newest > begin && random.nextInt(2) == 0) {
      begin += 1 + random.nextInt((int) (newest - begin));
      trims++;
    }
  }

  private void submit() {
    String key = keys.get(random.nextInt(keys.size()));
    String amount = random.nextInt(20) == 0 ? "" + CounterFold.RESET : "" + (1 + random.nextInt(9));
    ByteString value =
        SubmissionRecord.newBuilder()
            .setCommand(ByteString.copyFromUtf8(key + "|" + amount))
            .build()
            .toByteString();
    submissions.add(new Submission(submissions.size(), 1000L + submissions.size(), key, value));
  }

  /** No more faults, but what is in flight still comes; then time passes and all is published. */
  private void settle() {
    owners.forEach(o -> o.deliverPublications(Integer.MAX_VALUE, true));
    for (int i = 0; i < owners.size(); i++) {
      frozenUntil.set(i, 0L);
    }
    owners.getFirst().takeOver();
    settleOnce();
    pass(minutes(20));
    settleOnce();
    pass(minutes(90));
    topics.compact(now);
  }

  private void settleOnce() {
    for (int round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      owners.forEach(o -> o.deliverEntries(Integer.MAX_VALUE));
      boolean quiet = true;
      for (PublishingOwner owner : owners) {
        owner.readLog(Integer.MAX_VALUE);
        owner.endBatch();
        owner.hear(random);
        owner.readSubmissions(Integer.MAX_VALUE);
        owner.tick(true);
        owner.deliverPublications(Integer.MAX_VALUE, true);
        quiet &= owner.entries.isEmpty() && owner.publications.isEmpty() && owner.isSettled();
        quiet &= owner.core.position().source() == submissions.size() - 1L;
        quiet &= owner.core.nextLogOffset() == log.size();
      }
      if (quiet) {
        return;
      }
    }
    throw new AssertionError("the owners do not settle");
  }

  /** Everything up to the newest watermark is gone, which is the most that may be. */
  void trimAll() {
    begin = Math.max(begin, topics.known().watermark().orElseThrow().logOffset() + 1);
  }
}
