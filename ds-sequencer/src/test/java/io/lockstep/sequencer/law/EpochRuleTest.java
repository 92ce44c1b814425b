package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamEntry;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EpochRuleTest {
  private final StreamWorld world = new StreamWorld();

  @Test
  void firstCommitForAnEpochMovesTheGroupOn() {
    world.given(Commands.create(1));

    assertSequenced(2, 0, world.when(Commands.commit(2, 0)));
    assertEquals(1, world.group().getEpoch());
    assertSequenced(3, 1, world.when(Commands.commit(3, 1)));
    assertEquals(2, world.group().getEpoch());
  }

  @Test
  void secondCommitForTheSameEpochIsRejectedWithTheWinner() {
    world.given(Commands.create(1), Commands.application(2, 0), Commands.commit(3, 0));

    StreamEntry loser = world.when(Commands.commit(4, 0));

    assertRejected(Rejected.Reason.WRONG_EPOCH, loser);
    assertEquals(1, loser.getRejected().getCurrentEpoch());
    assertEquals(3, loser.getRejected().getWinnerSequence());
  }

  @Test
  void winnerOfAForgottenEpochIsNotNamed() {
    world.given(Commands.create(1, GroupSettings.newBuilder().setPastEpochs(1).build()));
    LongStream.range(0, 5).forEach(e -> world.given(Commands.commit(10 + e, e)));

    assertEquals(6, world.when(Commands.commit(20, 4)).getRejected().getWinnerSequence());
    assertEquals(5, world.when(Commands.commit(21, 3)).getRejected().getWinnerSequence());
    assertEquals(0, world.when(Commands.commit(22, 2)).getRejected().getWinnerSequence());
  }

  @Test
  void proposalMustBeForTheCurrentEpoch() {
    world.given(Commands.create(1), Commands.commit(2, 0));

    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.proposal(3, 0)));
    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.proposal(4, 2)));
    assertSequenced(3, 1, world.when(Commands.proposal(5, 1)));
  }

  @Test
  void nothingIsAcceptedForAFutureEpoch() {
    world.given(Commands.create(1));

    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.application(2, 1)));
    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.commit(3, 1)));
    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.application(4, -1)));
    assertEquals(0, world.when(Commands.commit(5, -1)).getRejected().getWinnerSequence());
  }

  @Test
  void applicationMessageOfAPastEpochIsAcceptedWithinTheGracePeriod() {
    world.given(Commands.create(1), Commands.commit(2, 0));

    world.later(StreamLimits.PAST_EPOCH_GRACE_MILLIS);
    assertSequenced(3, 0, world.when(Commands.application(3, 0)));
    world.later(1);
    StreamEntry tooLate = world.when(Commands.application(4, 0));
    assertRejected(Rejected.Reason.WRONG_EPOCH, tooLate);
    assertEquals(1, tooLate.getRejected().getCurrentEpoch());
    assertEquals(0, tooLate.getRejected().getWinnerSequence());
  }

  @Test
  void applicationMessageMayBeAsManyEpochsOldAsTheSettingsSay() {
    world.given(Commands.create(1, GroupSettings.newBuilder().setPastEpochs(2).build()));
    LongStream.range(0, 3).forEach(e -> world.given(Commands.commit(10 + e, e)));

    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.application(20, 0)));
    assertSequenced(5, 1, world.when(Commands.application(21, 1)));
    assertSequenced(6, 2, world.when(Commands.application(22, 2)));
    assertSequenced(7, 3, world.when(Commands.application(23, 3)));
  }

  @Test
  void eightPastEpochsAreTheDefault() {
    world.given(Commands.create(1));
    LongStream.range(0, 9).forEach(e -> world.given(Commands.commit(10 + e, e)));

    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.application(30, 0)));
    assertSequenced(11, 1, world.when(Commands.application(31, 1)));
    assertEquals(9, world.group().getEpochsCount());
  }

  @Test
  void stateKnowsWhenEachEpochEndedAndWhatOpenedIt() {
    world.given(Commands.create(1));
    world.later(5);
    world.given(Commands.commit(2, 0));

    EpochState past = world.group().getEpochs(0);
    EpochState current = world.group().getEpochs(1);
    assertEquals(StreamWorld.START_MILLIS + 5, past.getEndedMs());
    assertEquals(1, past.getOpenedBy());
    assertEquals(0, current.getEndedMs());
    assertEquals(2, current.getOpenedBy());
    assertEquals(Ids.passHash(1), current.getPassHash());
  }
}
