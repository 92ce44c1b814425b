package io.lockstep.sequencer.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.laws.Accepted;
import io.lockstep.chainlog.simulation.SimulatedWorld;
import io.lockstep.chainlog.simulation.Simulation;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.probe.DenseSequence;
import io.lockstep.sequencer.probe.Law;
import io.lockstep.sequencer.probe.NoSenderStored;
import io.lockstep.sequencer.probe.Observation;
import io.lockstep.sequencer.probe.OneCommitPerEpoch;
import io.lockstep.sequencer.probe.RemovedIsOut;
import io.lockstep.sequencer.probe.ReplayEqualsLive;
import io.lockstep.sequencer.probe.SameIdSameOutcome;
import io.lockstep.sequencer.probe.WelcomeOnlyAfterCommit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Several owners that run the real law of groups and inboxes, every fault, clients that retry, and
 * all laws. The world checks OneEntryPerSubmission, AckedIsDelivered and SameOrderForAll itself.
 * How to run more: {@link Simulation}.
 */
class StreamSimulationTest {
  private static final int SEEDS = 2_000;

  private final StreamFold fold = new StreamFold();

  @Test
  void whateverHappensBetweenThreeOwnersAllLawsHoldAndTheAnswersAreTheReferenceModels() {
    var _ =
        new Simulation("ds-sequencer", "StreamSimulationTest#whatever*", SEEDS)
            .run(
                seed -> {
                  Random random = new Random(seed);
                  StreamsWorkload clients = new StreamsWorkload(random, false);
                  var world =
                      new SimulatedWorld<>(
                          random,
                          1,
                          List.<Fold<FoldedStream, StreamCommand, StreamEntry>>of(
                              new StreamFold(), new StreamFold(), new StreamFold()),
                          clients);
                  check(clients, world.run());
                  return world.faults();
                });
  }

  @Test
  void whileOneOwnerIsOfTheReleaseBeforeAllLawsHoldAsWell() {
    long[] halted = new long[1];
    long worlds =
        new Simulation("ds-sequencer", "StreamSimulationTest#whileOne*", SEEDS / 5)
            .run(
                seed -> {
                  Random random = new Random(seed);
                  StreamsWorkload clients = new StreamsWorkload(random, true);
                  var world =
                      new SimulatedWorld<>(
                          random,
                          1,
                          List.of(new NextRelease(), new StreamFold(), new NextRelease()),
                          clients);
                  check(clients, world.run());
                  halted[0] += world.owners().get(1).halted() ? 1 : 0;
                  return world.faults();
                });
    assertTrue(halted[0] >= worlds / 2, "halted in only " + halted[0] + " worlds");
  }

  private void check(StreamsWorkload clients, List<Accepted> log) throws Exception {
    WelcomeOnlyAfterCommit welcomes = new WelcomeOnlyAfterCommit();
    List<Law> laws =
        List.of(
            new DenseSequence(),
            new OneCommitPerEpoch(),
            new SameIdSameOutcome(),
            new ReplayEqualsLive(new StreamFold()),
            new RemovedIsOut(),
            new NoSenderStored(),
            welcomes);
    for (Accepted accepted : log) {
      StreamsWorkload.Made made = clients.made().get(Math.toIntExact(accepted.source()));
      if (made.command().isEmpty()) {
        continue;
      }
      StreamEntry entry = fold.entries().decode(accepted.body().toByteArray());
      made.expected().ifPresent(expected -> assertEquals(expected, Words.of(entry)));
      Observation seen =
          new Observation(
              made.command().get(),
              new SubmissionPoint(0, accepted.source(), made.timeMillis(), 1),
              entry);
      laws.forEach(law -> law.observe(seen));
    }
    assertEquals(0, welcomes.unexplained());
  }
}
