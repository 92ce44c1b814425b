package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.laws.Accepted;
import io.lockstep.chainlog.laws.PureFold;
import io.lockstep.chainlog.laws.ReplayEqualsLive;
import io.lockstep.chainlog.simulation.SimulatedOwner;
import io.lockstep.chainlog.simulation.SimulatedWorld;
import io.lockstep.chainlog.simulation.Simulation;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Three owners of a counter, with every fault. How to run more: {@link Simulation}. */
class OwnerSimulationTest {
  private static final int SEEDS = 8_000;

  @Test
  void whateverHappensBetweenThreeOwnersTheLogIsTheFoldOfTheSubmissions() {
    long[] records = new long[2];
    var _ =
        simulation("whatever*", SEEDS)
            .run(
                seed -> {
                  SimulatedWorld<Counter, Add, Added> world =
                      world(seed, List.of(new CounterFold(), new CounterFold(), new CounterFold()));
                  check(world, world.run());
                  records[0] += world.submissions().size();
                  records[1] += world.records() - world.submissions().size();
                  return world.faults();
                });
    System.out.println(records[0] + " accepted, " + records[1] + " skipped");
    assertTrue(
        records[1] > records[0] / 10, "the simulation must make many copies, or it shows nothing");
  }

  private static SimulatedWorld<Counter, Add, Added> world(
      long seed, List<Fold<Counter, Add, Added>> folds) {
    Random random = new Random(seed);
    return new SimulatedWorld<>(
        random, CounterWorkload.PARTITIONS, folds, new CounterWorkload(random));
  }

  private static Simulation simulation(String method, int seeds) {
    return new Simulation("chainlog", "OwnerSimulationTest#" + method, seeds);
  }

  private static void check(SimulatedWorld<Counter, Add, Added> world, List<Accepted> live) {
    CounterFold fold = new CounterFold();
    PureFold<Counter, Add, Added> oracle =
        new PureFold<>(fold, SimulatedWorld.PARTITION, CounterWorkload.PARTITIONS);
    world.submissions().forEach(oracle::submit);
    ReplayEqualsLive.check(oracle.entries(), live);
    for (SimulatedOwner<Counter, Add, Added> owner : world.running()) {
      ChainPosition stored =
          owner.store().position(SimulatedWorld.PARTITION).orElse(ChainPosition.START);
      assertEquals(
          List.of(),
          world.readFrom(stored),
          "a reader that begins at the owner's position finds nothing new");
      checkStore(owner.store(), oracle, fold);
    }
  }

  private static void checkStore(
      StreamStore store, PureFold<Counter, Add, Added> oracle, CounterFold fold) {
    for (Map.Entry<String, List<ByteString>> history : oracle.histories().entrySet()) {
      String key = history.getKey();
      assertEquals(
          Optional.ofNullable(oracle.states().get(key)),
          new ConfirmedStates<>(store, fold.states(), SimulatedWorld.PARTITION, 0)
              .get(key)
              .state());
      HistoryPage<ByteString> page =
          store.history(
              new StreamStore.Range(SimulatedWorld.PARTITION, key, 0, 10_000, 1 << 30, 0));
      // A reset counter begins again at 1, and its new entries replace the old ones.
      HistoryPage.Item<ByteString> last = page.items().getLast();
      assertTrue(history.getValue().contains(last.entry()));
      assertEquals(page.items().size(), last.sequence(), "the history is dense");
    }
  }

  @Test
  void ownersThatDisagreeStillMakeOneLogWithOneEntryPerSubmission() {
    var _ =
        simulation("ownersThat*", SEEDS / 10)
            .run(
                seed -> {
                  SimulatedWorld<Counter, Add, Added> world =
                      world(
                          seed,
                          List.of(
                              new CounterFold(),
                              new OffByOne(new CounterFold()),
                              new CounterFold()));
                  var _ = world.run();
                  Optional<ChainPosition> first =
                      world.owners().getFirst().store().position(SimulatedWorld.PARTITION);
                  for (SimulatedOwner<Counter, Add, Added> owner : world.owners()) {
                    assertEquals(first, owner.store().position(SimulatedWorld.PARTITION));
                  }
                  return world.faults();
                });
  }

  /**
   * A rolling upgrade that went wrong by its order: the switch to version 2 is in the log while one
   * owner is still of the release before.
   */
  @Test
  void anOwnerOfTheReleaseBeforeStopsAtTheSwitchAndTheOthersGoOn() {
    int[] halts = new int[1];
    long worlds =
        simulation("anOwner*", SEEDS / 10)
            .run(
                seed -> {
                  SimulatedWorld<Counter, Add, Added> world =
                      world(
                          seed, List.of(new CounterFold(), new CounterFold(1), new CounterFold()));
                  check(world, world.run());
                  halts[0] += world.owners().get(1).halted() ? 1 : 0;
                  return world.faults();
                });
    assertTrue(halts[0] >= worlds / 2, "halted in only " + halts[0] + " worlds");
  }

  /** A release with a defect: it adds one too many. */
  private record OffByOne(CounterFold right) implements Fold<Counter, Add, Added> {
    @Override
    public int latestVersion() {
      return right.latestVersion();
    }

    @Override
    public String commandKey(Add command) {
      return right.commandKey(command);
    }

    @Override
    public String entryKey(Added entry) {
      return right.entryKey(entry);
    }

    @Override
    public Added decide(Optional<Counter> state, Add command, SubmissionPoint at) {
      Added entry = right.decide(state, command, at);
      return new Added(
          entry.key(), entry.amount(), entry.sequence(), entry.total() + 1, entry.source());
    }

    @Override
    public Optional<Counter> apply(Optional<Counter> state, Added entry) {
      return right.apply(state, entry);
    }

    @Override
    public Counter remember(Counter state, Added entry) {
      return right.remember(state, entry);
    }

    @Override
    public OptionalLong sequence(Added entry) {
      return right.sequence(entry);
    }

    @Override
    public long newest(Counter state) {
      return right.newest(state);
    }

    @Override
    public Map<String, String> headers(Added entry) {
      return right.headers(entry);
    }

    @Override
    public Codec<Add> commands() {
      return right.commands();
    }

    @Override
    public Codec<Added> entries() {
      return right.entries();
    }

    @Override
    public StateCodec<Counter> states() {
      return right.states();
    }

    @Override
    public Added undecodable(String key, SubmissionPoint at) {
      return right.undecodable(key, at);
    }
  }
}
