package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import org.junit.jupiter.api.Test;

class PassRuleTest {
  private final StreamWorld world = new StreamWorld();

  @Test
  void messageWithThePassOfAnotherEpochIsRejected() {
    world.given(Commands.create(1), Commands.commit(2, 0));

    StreamEntry old = world.when(withPass(Commands.application(3, 1), Ids.passHash(0)));
    assertRejected(Rejected.Reason.WRONG_PASS, old);
    assertEquals(1, old.getRejected().getCurrentEpoch());
    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(withPass(Commands.application(4, 0), Ids.passHash(1))));
    assertSequenced(3, 0, world.when(Commands.application(5, 0)));
  }

  @Test
  void messageWithoutAPassIsRejected() {
    world.given(Commands.create(1));

    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(withPass(Commands.application(2, 0), ByteString.EMPTY)));
    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(withPass(Commands.proposal(3, 0), ByteString.EMPTY)));
  }

  @Test
  void commitNeedsThePassOfTheEpochThatItEnds() {
    world.given(Commands.create(1));
    PostCommit.Builder post = Commands.post(0, Frames.commit(Commands.GROUP, 0, "commit"));

    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(Commands.commit(2, post.clone().setPassHash(Ids.passHash(1)))));
    assertRejected(
        Rejected.Reason.WRONG_PASS, world.when(Commands.commit(3, post.clone().clearPassHash())));
    assertSequenced(2, 0, world.when(Commands.commit(4, post)));
  }

  @Test
  void passThatWasGoodAMomentAgoCannotSlipPastACommit() {
    world.given(Commands.create(1), Commands.commit(2, 0));

    assertRejected(
        Rejected.Reason.WRONG_PASS, world.when(withPass(Commands.proposal(3, 1), Ids.passHash(0))));
  }

  @Test
  void hashOfTheNextPassMustHave32Bytes() {
    world.given(Commands.create(1));
    PostCommit.Builder post = Commands.post(0, Frames.commit(Commands.GROUP, 0, "commit"));

    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(Commands.commit(2, post.clone().clearNextPassHash())));
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(
            Commands.commit(3, post.setNextPassHash(Ids.passHash(1).concat(Ids.passHash(1))))));
  }

  private static StreamCommand withPass(StreamCommand command, ByteString hash) {
    return command.toBuilder()
        .setMessage(PostMessage.newBuilder(command.getMessage()).setPassHash(hash))
        .build();
  }
}
