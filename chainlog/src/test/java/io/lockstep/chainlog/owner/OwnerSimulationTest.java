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
import io.lockstep.chainlog.laws.OneEntryPerSubmission;
import io.lockstep.chainlog.laws.PureFold;
import io.lockstep.chainlog.laws.ReplayEqualsLive;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Seeds from {@code -Dlockstep.seed=N} on, {@code -Dlockstep.seeds=N} of them. */
class OwnerSimulationTest {
  private static final long FIRST = Long.getLong("lockstep.seed", 1);
  private static final int SEEDS = Integer.getInteger("lockstep.seeds", 10_000);

  @Test
  void whateverHappensBetweenThreeOwnersTheLogIsTheFoldOfTheSubmissions() throws Exception {
    long skipped = 0;
    long accepted = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      SimulatedWorld world =
          new SimulatedWorld(
              seed, List.of(new CounterFold(), new CounterFold(), new CounterFold()));
      try {
        world.run();
        check(world);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " (again with -Dlockstep.seed=" + seed + " -Dlockstep.seeds=1)", e);
      }
      accepted += world.submissions.size();
      skipped += world.log.size() - world.submissions.size();
    }
    System.out.println(
        "seeds "
            + FIRST
            + ".."
            + (FIRST + SEEDS - 1)
            + ": "
            + accepted
            + " accepted, "
            + skipped
            + " skipped");
    assertTrue(
        skipped > accepted / 10, "the simulation must make many copies, or it shows nothing");
  }

  private static void check(SimulatedWorld world) throws Exception {
    CounterFold fold = new CounterFold();
    PureFold<Counter, Add, Added> oracle =
        new PureFold<>(
            fold, SimulatedWorld.PARTITION, SimulatedWorld.PARTITIONS, world.submissions);
    List<Accepted> live = world.read();
    OneEntryPerSubmission.check(
        LongStream.range(0, world.submissions.size()).boxed().toList(), live);
    ReplayEqualsLive.check(oracle.entries, live);
    for (SimulatedOwner<Counter, Add, Added> owner : world.running()) {
      ChainPosition stored =
          owner.store.position(SimulatedWorld.PARTITION).orElse(ChainPosition.START);
      assertEquals(
          List.of(),
          world.readFrom(stored),
          "a reader that begins at the owner's position finds nothing new");
      checkStore(owner.store, oracle, fold);
    }
  }

  private static void checkStore(
      StreamStore store, PureFold<Counter, Add, Added> oracle, CounterFold fold) throws Exception {
    for (Map.Entry<String, List<ByteString>> history : oracle.histories.entrySet()) {
      String key = history.getKey();
      assertEquals(
          Optional.ofNullable(oracle.states.get(key)),
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
    for (long seed = FIRST; seed < FIRST + SEEDS / 10; seed++) {
      List<Fold<Counter, Add, Added>> folds =
          List.of(new CounterFold(), new OffByOne(new CounterFold()), new CounterFold());
      SimulatedWorld world = new SimulatedWorld(seed, folds);
      try {
        world.run();
        OneEntryPerSubmission.check(
            LongStream.range(0, world.submissions.size()).boxed().toList(), world.read());
        Optional<ChainPosition> first =
            world.owners.getFirst().store.position(SimulatedWorld.PARTITION);
        for (SimulatedOwner<Counter, Add, Added> owner : world.owners) {
          assertEquals(first, owner.store.position(SimulatedWorld.PARTITION));
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  /**
   * A rolling upgrade that went wrong by its order: the switch to version 2 is in the log while one
   * owner is still of the release before.
   */
  @Test
  void anOwnerOfTheReleaseBeforeStopsAtTheSwitchAndTheOthersGoOn() throws Exception {
    int halts = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS / 10; seed++) {
      List<Fold<Counter, Add, Added>> folds =
          List.of(new CounterFold(), new CounterFold(1), new CounterFold());
      SimulatedWorld world = new SimulatedWorld(seed, folds);
      try {
        world.run();
        check(world);
        halts += world.owners.get(1).halted() ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(halts > SEEDS / 20, "halted in only " + halts + " worlds");
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
