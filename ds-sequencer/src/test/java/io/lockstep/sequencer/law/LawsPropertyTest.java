package io.lockstep.sequencer.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.dispatch.Invitations;
import io.lockstep.sequencer.probe.DenseSequence;
import io.lockstep.sequencer.probe.Law;
import io.lockstep.sequencer.probe.NoSenderStored;
import io.lockstep.sequencer.probe.Observation;
import io.lockstep.sequencer.probe.OneCommitPerEpoch;
import io.lockstep.sequencer.probe.RemovedIsOut;
import io.lockstep.sequencer.probe.ReplayEqualsLive;
import io.lockstep.sequencer.probe.SameIdSameOutcome;
import io.lockstep.sequencer.probe.WelcomeOnlyAfterCommit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * The laws, and the reference model, over random submissions. jqwik prints the seed of a failure.
 */
class LawsPropertyTest {
  private static final int STEPS_MAX = 400;

  private final StreamFold fold = new StreamFold();

  @Property(tries = 120)
  void everyAnswerIsTheReferenceModelsAnswer(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = STEPS_MAX) int steps,
      @ForAll @IntRange(min = 1, max = 3) int groups) {
    compare(seed, steps, groups);
  }

  /** Long enough to fill the duplicate window several times. */
  @Property(tries = 3)
  void everyAnswerIsTheReferenceModelsAnswerInALongLife(@ForAll long seed) {
    compare(seed, 4000, 1);
  }

  @Property(tries = 120)
  void anyBytesOfACommandGiveAnEntryAndBreakNoLaw(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = STEPS_MAX) int steps) {
    Random random = new Random(seed);
    ReferenceStreams present = new ReferenceStreams();
    RandomCommands commands = new RandomCommands(random, present, 2);
    World world = new World();
    for (int i = 0; i < steps; i++) {
      RandomCommands.Made made = commands.next();
      world.now += commands.nextPause();
      byte[] bytes = made.command().toByteArray();
      if (random.nextInt(3) == 0) {
        for (int flaws = 1 + random.nextInt(3); flaws > 0; flaws--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      } else {
        present.answer(made.facts(), world.now);
      }
      world.submit(bytes);
    }
  }

  @Property(tries = 500)
  void randomBytesGiveAnEntry(@ForAll @Size(max = 200) byte[] bytes, @ForAll long time) {
    World world = new World();
    world.now = time;
    world.submit(bytes);
    world.submit(
        StreamCommand.newBuilder()
            .setSubmissionId(Ids.submission(1))
            .setStreamId(Commands.GROUP)
            .setMessage(
                io.lockstep.log.v1.PostMessage.newBuilder().setMessage(ByteString.copyFrom(bytes)))
            .build()
            .toByteArray());
  }

  /** At-least-once plus the duplicate rule is exactly-once, whatever is handed in again. */
  @Property(tries = 60)
  void everyJoinerOfAnAcceptedCommitHasItsWelcomeOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = STEPS_MAX) int steps) {
    Random random = new Random(seed);
    ReferenceStreams present = new ReferenceStreams();
    RandomCommands commands = new RandomCommands(random, present, 3);
    World world = new World();
    List<StreamCommand> invitations = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      RandomCommands.Made made = commands.next();
      world.now += random.nextInt(1000);
      present.answer(made.facts(), world.now);
      StreamEntry entry = world.submit(made.command().toByteArray());
      Invitations.each(entry, invitations::add);
    }
    for (int again = 0; again < 3; again++) {
      for (StreamCommand invitation : invitations) {
        if (again == 0 || random.nextBoolean()) {
          world.submit(invitation.toByteArray());
        }
      }
    }
    assertEquals(0, world.welcomes.unexplained());
    assertEquals(0, world.welcomes.undelivered());
    assertEquals(invitations.size(), world.welcomes.delivered());
  }

  private void compare(long seed, int steps, int groups) {
    Random random = new Random(seed);
    ReferenceStreams reference = new ReferenceStreams();
    RandomCommands commands = new RandomCommands(random, reference, groups);
    World world = new World();
    for (int i = 0; i < steps; i++) {
      RandomCommands.Made made = commands.next();
      world.now += commands.nextPause();
      String expected = reference.answer(made.facts(), world.now);
      String answer = Words.of(world.submit(made.command().toByteArray()));
      int step = i;
      assertEquals(expected, answer, () -> "step " + step + " " + made.facts());
    }
  }

  /** A partition that all laws watch. */
  private final class World {
    final WelcomeOnlyAfterCommit welcomes = new WelcomeOnlyAfterCommit();
    final List<Law> laws =
        List.of(
            new DenseSequence(),
            new OneCommitPerEpoch(),
            new SameIdSameOutcome(),
            new ReplayEqualsLive(new StreamFold()),
            new RemovedIsOut(),
            new NoSenderStored());
    final Map<String, FoldedStream> states = new HashMap<>();
    long now = StreamWorld.START_MILLIS;
    long offset;

    StreamEntry submit(byte[] bytes) {
      SubmissionPoint at = new SubmissionPoint(0, offset++, now, 1);
      StreamCommand command;
      try {
        command = fold.commands().decode(bytes);
      } catch (CodecException e) {
        return fold.undecodable("g:00", at);
      }
      String stream = fold.commandKey(command);
      Optional<FoldedStream> before = Optional.ofNullable(states.get(stream));
      StreamEntry entry = fold.decide(before, command, at);
      assertEquals(stream, fold.entryKey(entry));
      assertTrue(entry.getSerializedSize() <= command.getSerializedSize() + 1024, "grows");
      fold.apply(before, entry).ifPresent(after -> states.put(stream, after));
      Observation seen = new Observation(command, at, entry);
      laws.forEach(law -> law.observe(seen));
      boolean isWelcome = !entry.getInbox() || Invitation.is(command);
      if (isWelcome) {
        welcomes.observe(seen);
      }
      return entry;
    }
  }

  /** Garbage may look like an inbox item; the law of Welcomes is about what dispatchers write. */
  private static final class Invitation {
    static boolean is(StreamCommand command) {
      return command.hasItem() && command.getStreamId().startsWith(Ids.inbox(0).substring(0, 4));
    }
  }
}
