package io.lockstep.sequencer.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.WelcomeSplit;
import io.lockstep.sequencer.law.Commands;
import io.lockstep.sequencer.law.Frames;
import io.lockstep.sequencer.law.Ids;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvitationsTest {
  private static final ByteString HEAD = Ids.ref("some chain head");

  @Test
  void eachJoinerGetsItsOwnPartAndThePlaceOfTheCommit() throws Exception {
    List<StreamCommand> made = invitations(accepted(Commands.adding(3, "bob", "carol")));

    assertEquals(2, made.size());
    StreamCommand second = made.get(1);
    assertEquals(Ids.inbox(2), second.getStreamId());
    WelcomeItem item = WelcomeItem.parseFrom(second.getItem().getWelcome());
    assertEquals(Commands.GROUP, item.getGroupId());
    assertEquals(7, item.getSequence());
    assertEquals(HEAD, item.getChain());
    assertEquals(
        List.of(new KeyPackageRef(Ids.ref("carol").toByteArray())),
        WelcomeSplit.refs(item.getWelcome().toByteArray()));
  }

  @Test
  void sameCommitGivesTheSameCommandsAndAnotherGivesOtherIds() {
    PostCommit.Builder post = Commands.adding(3, "bob", "carol");

    assertEquals(invitations(accepted(post)), invitations(accepted(post)));
    assertNotEquals(
        Invitations.submissionId(Commands.GROUP, 7, Ids.inbox(1)),
        Invitations.submissionId(Commands.GROUP, 8, Ids.inbox(1)));
    assertNotEquals(
        Invitations.submissionId(Commands.GROUP, 7, Ids.inbox(1)),
        Invitations.submissionId(Commands.GROUP, 7, Ids.inbox(2)));
  }

  @Test
  void partsOfALargeWelcomeAreTheSameWhenCutOneAtATime() throws Exception {
    int joiners = 40;
    List<ByteString> refs = new ArrayList<>();
    PostCommit.Builder post = Commands.adding(3);
    for (int i = 0; i < joiners; i++) {
      refs.add(Ids.ref("joiner " + i));
      post.addJoiners(Commands.joiner("joiner " + i, i));
    }
    int groupInfoBytes = (int) (Invitations.SPLIT_AT_ONCE_BYTES_MAX / joiners) + 1;
    ByteString welcome = Frames.welcome(refs, new byte[groupInfoBytes]);
    List<StreamCommand> made = invitations(accepted(post.setWelcome(welcome)));

    assertEquals(joiners, made.size());
    for (int i = 0; i < joiners; i++) {
      WelcomeItem item = WelcomeItem.parseFrom(made.get(i).getItem().getWelcome());
      assertEquals(
          Frames.welcome(List.of(refs.get(i)), new byte[groupInfoBytes]), item.getWelcome());
    }
  }

  @Test
  void nobodyIsInvitedByARejectedCommitOrAnotherEntry() {
    assertFalse(Invitations.isInviting(StreamEntry.getDefaultInstance()));
    assertFalse(
        Invitations.isInviting(
            accepted(Commands.post(3, Frames.commit(Commands.GROUP, 3, "nobody added")))));
    assertEquals(List.of(), invitations(StreamEntry.getDefaultInstance()));
  }

  private static List<StreamCommand> invitations(StreamEntry entry) {
    List<StreamCommand> made = new ArrayList<>();
    Invitations.each(entry, made::add);
    return made;
  }

  private static StreamEntry accepted(PostCommit.Builder post) {
    return StreamEntry.newBuilder()
        .setStreamId(Commands.GROUP)
        .setSequenced(
            Sequenced.newBuilder().setSequence(7).setEpoch(3).setChain(HEAD).setCommit(post))
        .build();
  }
}
