package io.lockstep.mls;

import static io.lockstep.mls.Refusals.assertRefused;
import static io.lockstep.mls.Refusals.assertRule;
import static io.lockstep.mls.TestClient.utf8;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PrivateMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.framing.SenderData;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafIndex;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages whose frame breaks one rule (RFC 9420 section 6). Three members, so leaf 3 is blank. */
class FramingRulesTest {
  private static final LeafIndex BLANK = new LeafIndex(3);

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient server = TestClient.named("server");

  @BeforeEach
  void threeMembersAndServer() throws Exception {
    byte[] senders =
        new TlsWriter()
            .vector(out -> out.put(server.keys.publicKey()).put(server.credential))
            .toByteArray();
    alice.creates(new Extension(Extension.EXTERNAL_SENDERS, senders));
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  @Test
  void honestMessagesOfMalletAreTaken() throws Exception {
    Mallet mallet = Mallet.as(alice);
    bob.tries(mallet.commits());
    bob.tries(mallet.commits(new Proposal.Remove(carol.leaf())));
    bob.tries(mallet.commits(new Proposal.Add(TestClient.named("dave").keyPackage())));
    bob.tries(mallet.proposes(new Proposal.Remove(carol.leaf())));
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
    bob.tries(Mallet.joins(TestClient.named("dave"), info, Mallet.Plan.HONEST));
  }

  @Test
  void applicationDataInTheOpenIsRefused() throws Exception {
    Content text = new Content.Application(utf8("open"));
    byte[] message = Mallet.as(alice).sends(text, HandshakeOptions.publicMessage());
    assertRefused(Rule.APPLICATION_DATA_IS_PRIVATE, bob, message);
  }

  @Test
  void memberWithoutTheMembershipKeyIsRefused() throws Exception {
    byte[] message = Mallet.as(alice).proposes(new Proposal.Remove(carol.leaf()));
    message[message.length - 1] ^= 1;
    assertRefused(Rule.MEMBERSHIP_TAG, bob, message);
  }

  @Test
  void messageFromBlankLeafIsRefused() throws Exception {
    GroupState state = Mallet.stateOf(alice);
    FramedContent framed =
        new FramedContent(
            TestClient.GROUP_ID,
            state.context().epoch(),
            new Sender.Member(BLANK),
            new byte[0],
            new Content.Application(utf8("ghost")));
    AuthenticatedContent signed =
        AuthenticatedContent.sign(
            WireFormat.PRIVATE_MESSAGE, framed, state.signer(), state.context().encode());
    SecretTree.Step step =
        state.messageKeys().next(state.suite(), BLANK.value(), SecretTree.Kind.APPLICATION);
    SenderData sender = SenderData.create(BLANK, step.generation(), alice.random);
    PrivateMessage message =
        PrivateMessage.seal(
            state.suite(),
            signed,
            sender,
            step.keys(),
            state.secrets().senderData(),
            Padding.none());
    assertRefused(
        Rule.SENDER_LEAF_POPULATED, bob, MlsMessage.encode(WireFormat.PRIVATE_MESSAGE, message));
  }

  @Test
  void openMessageFromBlankLeafIsRefused() throws Exception {
    GroupState state = Mallet.stateOf(alice);
    FramedContent framed =
        new FramedContent(
            TestClient.GROUP_ID,
            state.context().epoch(),
            new Sender.Member(BLANK),
            new byte[0],
            new Content.Proposed(new Proposal.Remove(carol.leaf())));
    AuthenticatedContent signed =
        AuthenticatedContent.sign(
            WireFormat.PUBLIC_MESSAGE, framed, state.signer(), state.context().encode());
    assertRefused(Rule.LEAF_POPULATED, bob, Framing.protect(state, signed, alice.random).message());
  }

  @Test
  void commitOfExternalSenderIsRefused() throws Exception {
    Content commit = new Content.Committed(new Commit(List.of(), Optional.empty()));
    AuthenticatedContent signed =
        Mallet.outside(server, alice.group().context(), new Sender.External(0), commit)
            .withConfirmationTag(new byte[32]);
    assertRefused(Rule.COMMIT_SENDER, bob, Mallet.open(signed));
  }

  @Test
  void joinerThatSendsNoCommitIsRefused() throws Exception {
    Content proposal =
        new Content.Proposed(new Proposal.Add(TestClient.named("dave").keyPackage()));
    AuthenticatedContent signed =
        Mallet.outside(
            TestClient.named("dave"),
            alice.group().context(),
            new Sender.NewMemberCommit(),
            proposal);
    assertRefused(Rule.NEW_MEMBER_COMMIT_IS_COMMIT, bob, Mallet.open(signed));
  }

  @Test
  void groupThatWasReInitializedIsUsedNoMore() throws Exception {
    Proposal reInit = new Proposal.ReInit(TestClient.GROUP_ID, 1, 1, List.of());
    PendingCommit commit = alice.commits(CommitOptions.empty().propose(reInit));
    bob.receives(commit.commit());
    alice.set(commit.next());
    byte[] more = new Mallet(Mallet.stateOf(alice)).proposes(new Proposal.Remove(carol.leaf()));
    assertRefused(Rule.GROUP_RE_INITIALIZED, bob, more);
    assertRule(
        Rule.GROUP_RE_INITIALIZED, () -> bob.group().protect(utf8("x"), new byte[0], bob.random));
  }
}
