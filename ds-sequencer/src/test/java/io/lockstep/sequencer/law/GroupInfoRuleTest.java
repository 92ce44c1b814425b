package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamCommand;
import org.junit.jupiter.api.Test;

class GroupInfoRuleTest {
  private final StreamWorld world = new StreamWorld();

  @Test
  void groupInfoOfTheEpochThatTheCommitOpensIsTaken() {
    world.given(Commands.create(1));

    assertSequenced(2, 0, world.when(Commands.commit(2, withInfo(info(1)))));
    assertEquals(2, world.group().getGroupInfoSequence());
  }

  @Test
  void groupInfoOfAnotherEpochOrGroupIsAMismatch() {
    world.given(Commands.create(1));

    assertRejected(
        Rejected.Reason.GROUP_INFO_MISMATCH, world.when(Commands.commit(2, withInfo(info(0)))));
    assertRejected(
        Rejected.Reason.GROUP_INFO_MISMATCH, world.when(Commands.commit(3, withInfo(info(2)))));
    assertRejected(
        Rejected.Reason.GROUP_INFO_MISMATCH,
        world.when(Commands.commit(4, withInfo(Frames.groupInfo(Ids.group("other"), 1)))));
  }

  @Test
  void bytesThatAreNoGroupInfoAreMalformed() {
    world.given(Commands.create(1));

    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(Commands.commit(2, withInfo(ByteString.copyFromUtf8("nonsense")))));
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(
            Commands.commit(3, withInfo(Frames.commit(Commands.GROUP, 1, "no group info")))));
  }

  @Test
  void commitWithoutGroupInfoMakesTheOldOneUseless() {
    world.given(Commands.create(1), Commands.commit(2, withInfo(info(1))));
    assertEquals(2, world.group().getGroupInfoSequence());

    world.given(Commands.commit(3, 1));

    assertEquals(0, world.group().getGroupInfoSequence());
  }

  @Test
  void groupInfoOfACreationIsOfEpochZero() {
    assertRejected(Rejected.Reason.GROUP_INFO_MISMATCH, world.when(creation(2, info(1))));
    world.given(creation(3, info(0)));
    assertEquals(1, world.group().getGroupInfoSequence());
  }

  private static StreamCommand creation(long id, ByteString info) {
    StreamCommand create = Commands.create(id);
    return create.toBuilder()
        .setCreate(CreateGroup.newBuilder(create.getCreate()).setGroupInfo(info))
        .build();
  }

  private static PostCommit.Builder withInfo(ByteString info) {
    return Commands.post(0, Frames.commit(Commands.GROUP, 0, "commit")).setGroupInfo(info);
  }

  private static ByteString info(long epoch) {
    return Frames.groupInfo(Commands.GROUP, epoch);
  }
}
