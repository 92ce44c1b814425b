package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.laws.Accepted;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One partition, some owners at the same time, and everything that can go wrong between them: lost,
 * late, repeated and reordered writes, crashes with and without their stores, standbys that take
 * over and stand down at any moment, garbage in both topics. All of it from one seed.
 */
final class SimulatedWorld {
  static final int PARTITION = 0;
  static final int PARTITIONS = 2;
  private static final int STEPS = 600;
  private static final int SETTLE_ROUNDS_MAX = 10_000;

  final List<Submission> submissions = new ArrayList<>();
  final List<byte[]> log = new ArrayList<>();
  final List<SimulatedOwner<Counter, Add, Added>> owners = new ArrayList<>();
  private final Random random;
  private final List<String> keys = new ArrayList<>();
  private final String foreignKey;

  SimulatedWorld(long seed, List<Fold<Counter, Add, Added>> folds) {
    this.random = new Random(seed);
    String foreign = "";
    for (int i = 0; keys.size() < 5 || foreign.isEmpty(); i++) {
      String key = "k" + i;
      if (Partitions.of(key, PARTITIONS) == PARTITION) {
        keys.add(key);
      } else {
        foreign = key;
      }
    }
    this.foreignKey = foreign;
    folds.forEach(fold -> owners.add(new SimulatedOwner<>(fold, submissions, log)));
  }

  void run() {
    for (int i = 0; i < STEPS; i++) {
      step();
    }
    settle();
  }

  private void step() {
    SimulatedOwner<Counter, Add, Added> owner = owners.get(random.nextInt(owners.size()));
    switch (random.nextInt(17)) {
      case 0, 1, 2 -> submit();
      case 3, 4, 5 -> owner.act(o -> o.readSubmissions(1 + random.nextInt(4)));
      case 6, 7 -> owner.act(o -> o.readLog(1 + random.nextInt(6)));
      case 8, 9 -> owner.act(SimulatedOwner::endBatch);
      case 10, 11 -> owner.deliver(1 + random.nextInt(4));
      case 12 -> owner.act(o -> o.hear(random));
      case 13 -> lose(owner);
      case 14 -> {
        if (random.nextInt(4) == 0) {
          owner.act(o -> o.crash(random.nextBoolean()));
        }
      }
      case 15 -> disturb();
      case 16 -> owner.act(o -> change(o.core));
      default -> throw new AssertionError();
    }
  }

  private static void change(OwnerCore<Counter, Add, Added> core) {
    if (core.mayWrite()) {
      core.standBy();
    } else {
      core.takeOver();
    }
  }

  List<SimulatedOwner<Counter, Add, Added>> running() {
    return owners.stream().filter(owner -> !owner.halted()).toList();
  }

  /**
   * Some of what is in flight never arrives. The owner hears of it, but not at once, and what it
   * sends behind the gap arrives.
   */
  private void lose(SimulatedOwner<Counter, Add, Added> owner) {
    if (owner.inFlight.isEmpty() || random.nextInt(3) > 0) {
      return;
    }
    int lost = 1 + random.nextInt(owner.inFlight.size());
    if (random.nextBoolean()) {
      for (int i = 0; i < lost; i++) {
        owner.inFlight.removeFirst();
      }
    } else {
      owner.deliver(lost); // Written, but the acknowledgement is lost.
    }
    owner.mustHearOfFailure = true;
  }

  private void disturb() {
    if (!log.isEmpty() && random.nextBoolean()) {
      log.add(log.get(random.nextInt(log.size()))); // An old writer's late copy.
    } else if (random.nextInt(4) == 0) {
      log.add(new byte[] {1, 2, 3});
    }
  }

  private void submit() {
    long offset = submissions.size() + 0L;
    String key = keys.get(random.nextInt(keys.size()));
    ByteString value =
        switch (random.nextInt(24)) {
          case 0 -> command("not a command");
          case 1 ->
              SubmissionRecord.newBuilder()
                  .setFoldVersion(1 + random.nextInt(2))
                  .build()
                  .toByteString();
          case 2 -> {
            key = foreignKey;
            yield command(foreignKey + "|1");
          }
          case 3 -> command(key + "|-5");
          case 4 -> command(key + "|" + CounterFold.RESET);
          default -> command(key + "|" + (1 + random.nextInt(9)));
        };
    submissions.add(new Submission(offset, 1_000_000 + offset, key, value));
  }

  private static ByteString command(String text) {
    return SubmissionRecord.newBuilder()
        .setCommand(ByteString.copyFromUtf8(text))
        .build()
        .toByteString();
  }

  /** No more faults: everything arrives, everybody reads. */
  private void settle() {
    owners.getFirst().core.takeOver();
    for (int round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      boolean quiet = true;
      owners.forEach(owner -> owner.deliver(Integer.MAX_VALUE));
      for (SimulatedOwner<Counter, Add, Added> owner : running()) {
        owner.act(o -> o.readLog(Integer.MAX_VALUE));
        owner.act(SimulatedOwner::endBatch);
        owner.act(o -> o.hear(random));
        owner.act(o -> o.readSubmissions(Integer.MAX_VALUE));
        quiet &= owner.inFlight.isEmpty() && !owner.mustHearOfFailure && !owner.core.needsLogEnd();
        quiet &= owner.core.position().source() == submissions.size() - 1L;
      }
      if (quiet && running().stream().allMatch(o -> o.core.nextLogOffset() == log.size())) {
        return;
      }
    }
    throw new AssertionError(
        "the owners do not settle: " + owners.stream().map(o -> o.core.position()).toList());
  }

  /** What a reader that begins at the first record accepts. */
  List<Accepted> read() {
    return readFrom(ChainPosition.START);
  }

  List<Accepted> readFrom(ChainPosition position) {
    ChainFollower follower = new ChainFollower(position);
    List<Accepted> accepted = new ArrayList<>();
    for (long offset = follower.firstOffset(); offset < log.size(); offset++) {
      switch (follower.read(offset, log.get((int) offset))) {
        case ChainFollower.Accepted step ->
            accepted.add(
                new Accepted(
                    step.link().source(),
                    switch (step.link().body()) {
                      case Link.EntryBody body -> body.bytes();
                      case Link.VersionBody body ->
                          ByteString.copyFromUtf8("version " + body.version());
                    }));
        case ChainFollower.Skipped step -> {}
        case ChainFollower.Stuck stuck -> throw new AssertionError(stuck.why());
      }
    }
    return accepted;
  }
}
