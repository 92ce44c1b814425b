package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.StateCodec;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamEntry;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DuplicateWindowTest {
  private static final StateCodec<FoldedStream> CODEC = new StreamFold().states();

  private final StreamWorld world = new StreamWorld();

  @Test
  void retriedCommitThatWonIsToldSo() {
    world.given(Commands.create(1), Commands.commit(2, 0), Commands.commit(3, 1));

    StreamEntry again = world.when(Commands.commit(2, 0));

    assertTrue(again.hasDuplicate());
    assertEquals(2, again.getDuplicate().getSequenced().getSequence());
    assertEquals(0, again.getDuplicate().getSequenced().getEpoch());
  }

  @Test
  void retriedCommitThatLostIsToldTheSameAsThen() {
    world.given(Commands.create(1), Commands.commit(2, 0));
    StreamEntry lost = world.when(Commands.commit(3, 0));
    world.given(Commands.commit(4, 1));

    StreamEntry again = world.when(Commands.commit(3, 0));

    assertEquals(lost.getRejected(), again.getDuplicate().getRejected());
  }

  @Test
  void refusalIsRememberedEvenIfTheSameWouldBeAcceptedNow() {
    world.given(Commands.create(1));
    assertRejected(Rejected.Reason.WRONG_EPOCH, world.when(Commands.application(2, 1)));
    world.given(Commands.commit(3, 0));

    StreamEntry again = world.when(Commands.application(2, 1));

    assertEquals(Rejected.Reason.WRONG_EPOCH, again.getDuplicate().getRejected().getReason());
  }

  @Test
  void retriedCreationIsTheCreationOfThen() {
    world.given(Commands.create(1));

    assertEquals(1, world.when(Commands.create(1)).getDuplicate().getSequenced().getSequence());
    assertRejected(Rejected.Reason.GROUP_EXISTS, world.when(Commands.create(2)));
  }

  @Test
  void duplicateLeavesTheStreamAsItWas() {
    world.given(Commands.create(1), Commands.application(2, 0));
    byte[] before = CODEC.encode(world.state());

    world.later(1000).when(Commands.application(2, 0));

    assertArrayEquals(before, CODEC.encode(world.state()));
  }

  @Test
  void idIsRememberedFor24Hours() {
    world.given(Commands.create(1), Commands.application(2, 0));

    world.later(StreamLimits.SEEN_AGE_MAX_MILLIS);
    assertTrue(world.when(Commands.application(2, 0)).hasDuplicate());
    world.later(1);
    assertSequenced(3, 0, world.when(Commands.application(2, 0)));
  }

  @Test
  void acceptedIdIsRememberedFor1024AcceptedOnes() {
    world.given(Commands.create(1));
    LongStream.rangeClosed(2, 1024).forEach(id -> world.given(Commands.application(id, 0)));
    assertTrue(world.when(Commands.create(1)).hasDuplicate());

    for (long id = 1025; id < 1100; id++) {
      world.given(Commands.application(id, 0));
      long out = id - 1024;
      if (out > 1) {
        assertTrue(world.when(Commands.application(out + 1, 0)).hasDuplicate(), "in " + id);
      } else {
        assertRejected(Rejected.Reason.GROUP_EXISTS, world.when(Commands.create(1)));
      }
    }
    assertSequenced(1100, 0, world.when(Commands.application(75, 0)));
  }

  @Test
  void refusalsCannotPushAcceptedIdsOut() {
    world.given(Commands.create(1), Commands.application(2, 0));
    LongStream.range(0, 3000).forEach(i -> world.when(Commands.create(10_000 + i)));

    assertTrue(world.when(Commands.application(2, 0)).hasDuplicate());
    assertTrue(world.when(Commands.create(12_999)).hasDuplicate());
    assertTrue(world.when(Commands.create(12_744)).hasDuplicate());
    assertRejected(Rejected.Reason.GROUP_EXISTS, world.when(Commands.create(12_743)));
  }

  @Test
  void refusedIdIsRememberedFor256RefusedOnesAndAcceptedOnesDoNotCount() {
    world.given(Commands.create(1));
    world.when(Commands.create(2));
    LongStream.range(0, 255).forEach(i -> world.when(Commands.create(10_000 + i)));
    LongStream.range(0, 2000).forEach(i -> world.given(Commands.application(20_000 + i, 0)));
    assertTrue(world.when(Commands.create(2)).hasDuplicate());

    for (int i = 0; i < 40; i++) {
      world.when(Commands.create(30_000 + i));
      assertFalse(world.when(Commands.create(i == 0 ? 2 : 9_998 + 2L * i)).hasDuplicate());
      assertTrue(world.when(Commands.create(10_001 + 2L * i)).hasDuplicate(), "in " + i);
    }
  }

  @Test
  void whatWasTooOldOnceStaysForgottenWhenTimeGoesBack() {
    world.given(Commands.create(1), Commands.application(2, 0));
    world.later(StreamLimits.SEEN_AGE_MAX_MILLIS + 1).given(Commands.application(3, 0));

    world.later(-1000);

    assertSequenced(4, 0, world.when(Commands.application(2, 0)));
  }

  @Test
  void streamThatDoesNotExistRemembersNothing() {
    assertRejected(Rejected.Reason.UNKNOWN_GROUP, world.when(Commands.application(2, 0)));
    world.given(Commands.create(1));

    assertSequenced(2, 0, world.when(Commands.application(2, 0)));
  }

  @Test
  void timeThatGoesBackForgetsNothing() {
    world.given(Commands.create(1), Commands.application(2, 0));

    world.later(-2 * StreamLimits.SEEN_AGE_MAX_MILLIS);

    assertTrue(world.when(Commands.application(2, 0)).hasDuplicate());
  }

  @Test
  void inboxesHaveTheWindowToo() {
    world.given(Commands.item(1, 1, "welcome"));

    assertEquals(
        1, world.when(Commands.item(1, 1, "welcome")).getDuplicate().getSequenced().getSequence());
  }
}
