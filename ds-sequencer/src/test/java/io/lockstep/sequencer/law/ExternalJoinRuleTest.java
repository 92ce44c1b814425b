package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;

import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.SenderType;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExternalJoinRuleTest {
  private static final StreamCommand OPEN_GROUP =
      Commands.create(1, GroupSettings.newBuilder().setExternalJoin(true).build());

  private final StreamWorld world = new StreamWorld();

  @Test
  void groupThatAdmitsExternalCommitsTakesOneWithoutAPass() {
    world.given(OPEN_GROUP);

    assertSequenced(2, 0, world.when(Commands.commit(2, Commands.external(0))));
    assertSequenced(3, 1, world.when(Commands.application(3, 1)));
  }

  @Test
  void closedGroupRefusesExternalCommits() {
    world.given(Commands.create(1));

    assertRejected(
        Rejected.Reason.EXTERNAL_JOIN_CLOSED, world.when(Commands.commit(2, Commands.external(0))));
    assertRejected(
        Rejected.Reason.EXTERNAL_JOIN_CLOSED,
        world.when(Commands.commit(3, Commands.external(0).setPassHash(Ids.passHash(0)))));
  }

  @Test
  void externalCommitLosesTheRaceLikeAnyOther() {
    world.given(OPEN_GROUP, Commands.commit(2, 0));

    assertRejected(
        Rejected.Reason.WRONG_EPOCH, world.when(Commands.commit(3, Commands.external(0))));
  }

  @Test
  void externalCommitThatShowsAPassShowsTheRightOne() {
    world.given(OPEN_GROUP);

    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(Commands.commit(2, Commands.external(0).setPassHash(Ids.passHash(7)))));
    assertSequenced(
        2, 0, world.when(Commands.commit(3, Commands.external(0).setPassHash(Ids.passHash(0)))));
  }

  @Test
  void externalCommitAddsNobodyElse() {
    world.given(OPEN_GROUP);

    assertRejected(
        Rejected.Reason.WELCOME_MISMATCH,
        world.when(
            Commands.commit(
                2,
                Commands.external(0)
                    .setWelcome(Frames.welcome(List.of(Ids.ref("bob"))))
                    .addJoiners(Commands.joiner("bob", 1)))));
  }

  @Test
  void encryptedCommitWithoutAPassIsNotExternal() {
    world.given(OPEN_GROUP);

    assertRejected(
        Rejected.Reason.WRONG_PASS,
        world.when(
            Commands.commit(
                2, Commands.post(0, Frames.commit(Commands.GROUP, 0, "hidden")).clearPassHash())));
  }

  @Test
  void publicCommitOfAMemberNeedsThePass() {
    world.given(OPEN_GROUP);
    var commit =
        Commands.post(
            0, Frames.open(Commands.GROUP, 0, SenderType.MEMBER, ContentType.COMMIT, "open"));

    assertRejected(
        Rejected.Reason.WRONG_PASS, world.when(Commands.commit(2, commit.clone().clearPassHash())));
    assertSequenced(2, 0, world.when(Commands.commit(3, commit)));
  }

  @Test
  void sendersOutsideTheGroupCannotCommit() {
    world.given(OPEN_GROUP);

    for (SenderType sender : List.of(SenderType.EXTERNAL, SenderType.NEW_MEMBER_PROPOSAL)) {
      assertRejected(
          Rejected.Reason.MALFORMED_MESSAGE,
          world.when(
              Commands.commit(
                  100 + sender.id(),
                  Commands.post(
                      0, Frames.open(Commands.GROUP, 0, sender, ContentType.COMMIT, "x")))));
    }
  }
}
