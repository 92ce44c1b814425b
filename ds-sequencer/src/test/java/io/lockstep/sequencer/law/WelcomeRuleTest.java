package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class WelcomeRuleTest {
  private final StreamWorld world = new StreamWorld().given(Commands.create(1));

  @Test
  void commitWithOneInboxForEachReceiverOfItsWelcomeIsTaken() {
    StreamEntry entry = world.when(Commands.commit(2, Commands.adding(0, "bob", "carol")));

    assertSequenced(2, 0, entry);
    assertEquals(2, entry.getSequenced().getCommit().getJoinersCount());
  }

  @Test
  void orderOfTheJoinersDoesNotMatter() {
    PostCommit.Builder post = Commands.adding(0, "bob", "carol");
    Joiner first = post.getJoiners(0);
    post.removeJoiners(0).addJoiners(first);

    assertSequenced(2, 0, world.when(Commands.commit(2, post)));
  }

  @Test
  void joinerThatIsNotInTheWelcomeIsAMismatch() {
    assertMismatch(Commands.adding(0, "bob").addJoiners(Commands.joiner("carol", 2)));
  }

  @Test
  void receiverWithoutAnInboxIsAMismatch() {
    assertMismatch(Commands.adding(0, "bob", "carol").removeJoiners(1));
  }

  @Test
  void joinerThatStandsTwiceIsAMismatch() {
    assertMismatch(Commands.adding(0, "bob").addJoiners(Commands.joiner("bob", 2)));
  }

  @Test
  void twoJoinersWithOneInboxAreAMismatch() {
    assertMismatch(Commands.adding(0, "bob", "carol").setJoiners(1, Commands.joiner("carol", 1)));
  }

  @Test
  void inboxIdOfAnotherLengthIsAMismatch() {
    PostCommit.Builder post = Commands.adding(0, "bob");
    post.getJoinersBuilder(0).setInboxId(Ids.inbox(1).concat(Ids.inbox(1)));

    assertMismatch(post);
  }

  @Test
  void welcomeWithoutJoinersAndJoinersWithoutWelcomeAreMismatches() {
    assertMismatch(Commands.adding(0, "bob").clearJoiners());
    assertMismatch(Commands.adding(0, "bob").clearWelcome());
    assertMismatch(Commands.adding(0).setWelcome(Frames.welcome(List.of())));
  }

  @Test
  void bytesThatAreNoWelcomeAreMalformed() {
    PostCommit.Builder post =
        Commands.adding(0, "bob").setWelcome(Frames.commit(Commands.GROUP, 0, "no welcome"));

    assertRejected(Rejected.Reason.MALFORMED_MESSAGE, world.when(Commands.commit(2, post)));
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(Commands.commit(3, post.setWelcome(ByteString.copyFromUtf8("x")))));
  }

  @Test
  void refusedWelcomeTakesItsCommitAlong() {
    assertMismatch(Commands.adding(0, "bob").clearJoiners());

    assertEquals(0, world.group().getEpoch());
    assertSequenced(2, 0, world.when(Commands.commit(3, 0)));
  }

  private void assertMismatch(PostCommit.Builder post) {
    assertRejected(
        Rejected.Reason.WELCOME_MISMATCH,
        world.when(Commands.commit(1000 + world.point().offset(), post)));
  }
}
