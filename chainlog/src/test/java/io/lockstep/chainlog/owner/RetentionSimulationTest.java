package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.laws.PureFold;
import io.lockstep.chainlog.store.StreamStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Seeds from {@code -Dlockstep.seed=N} on, {@code -Dlockstep.seeds=N} of them. */
class RetentionSimulationTest {
  private static final long FIRST = Long.getLong("lockstep.seed", 1);
  private static final int SEEDS = Integer.getInteger("lockstep.seeds", 3_000);
  private static final int OWNERS = 3;

  @Test
  void statesOfATrimmedLogAreWhatAFoldOfAllSubmissionsGivesAlsoWithoutAnyDisk() throws Exception {
    long trims = 0;
    long loads = 0;
    long late = 0;
    long compacted = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      try {
        RetentionWorld world = new RetentionWorld(seed, OWNERS);
        world.run();
        check(world);
        trims += world.trims;
        loads += world.loads;
        late += world.zombieRecords;
        compacted += world.topics.compacted;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " (again with -Dlockstep.seed=" + seed + " -Dlockstep.seeds=1)", e);
      }
    }
    System.out.printf(
        "seeds %d..%d: %d trims, %d restores from topics, %d late records, %d compacted%n",
        FIRST, FIRST + SEEDS - 1, trims, loads, late, compacted);
    assertTrue(
        SEEDS < 100 || (trims > SEEDS && loads > SEEDS && late > SEEDS / 2 && compacted > SEEDS),
        "the simulation must do what it is for");
  }

  private static void check(RetentionWorld world) throws Exception {
    PureFold<Counter, Add, Added> oracle =
        new PureFold<>(new CounterFold(), RetentionWorld.PARTITION, RetentionWorld.PARTITIONS);
    world.submissions.forEach(oracle::submit);
    for (PublishingOwner owner : world.owners) {
      checkStates(world, owner.store, oracle);
      checkHistories(world, owner);
    }
    PublishingOwner fresh = new PublishingOwner(world);
    follow(fresh);
    checkStates(world, fresh.store, oracle);
    checkHistories(world, fresh);
    world.trimAll();
    PublishingOwner fromStates = new PublishingOwner(world);
    follow(fromStates);
    checkStates(world, fromStates.store, oracle);
  }

  private static void follow(PublishingOwner owner) {
    owner.readLog(Integer.MAX_VALUE);
    owner.endBatch();
  }

  private static void checkStates(
      RetentionWorld world, StreamStore store, PureFold<Counter, Add, Added> oracle) {
    ConfirmedStates<Counter> states =
        new ConfirmedStates<>(store, new CounterFold().states(), RetentionWorld.PARTITION, 0);
    for (String key : world.keys) {
      assertEquals(Optional.ofNullable(oracle.states().get(key)), states.get(key).state(), key);
    }
  }

  /** All entries from where the log, or the owner's restore, begins are in the histories. */
  private static void checkHistories(RetentionWorld world, PublishingOwner owner) throws Exception {
    long from = Math.max(world.bounds().begin(), owner.loadedFrom + 1);
    CounterFold fold = new CounterFold();
    Map<String, TreeMap<Long, ByteString>> expected = new HashMap<>();
    ChainFollower follower = new ChainFollower(ChainPosition.START);
    for (int offset = 0; offset < world.log.size(); offset++) {
      if (follower.read(offset, world.log.get(offset)) instanceof ChainFollower.Accepted step
          && step.link().body() instanceof Link.EntryBody body) {
        Added entry = fold.entries().decode(body.bytes().toByteArray());
        TreeMap<Long, ByteString> history =
            expected.computeIfAbsent(entry.key(), k -> new TreeMap<>());
        if (fold.sequence(entry).isPresent()) {
          history.remove(entry.sequence());
          if (offset >= from) {
            history.put(entry.sequence(), body.bytes());
          }
        }
      }
    }
    for (Map.Entry<String, TreeMap<Long, ByteString>> each : expected.entrySet()) {
      Map<Long, ByteString> stored = new HashMap<>();
      List<HistoryPage.Item<ByteString>> items =
          owner
              .store
              .history(
                  new StreamStore.Range(
                      RetentionWorld.PARTITION, each.getKey(), 0, 10_000, 1 << 30, 0))
              .items();
      items.forEach(item -> stored.put(item.sequence(), item.entry()));
      each.getValue()
          .forEach((sequence, bytes) -> assertEquals(bytes, stored.get(sequence), each.getKey()));
    }
  }
}
