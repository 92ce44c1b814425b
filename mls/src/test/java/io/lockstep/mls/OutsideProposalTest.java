package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proposals of those who are no members (RFC 9420 section 12.1.8). */
class OutsideProposalTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient server = TestClient.named("server");
  private final TestClient stranger = TestClient.named("stranger");

  @BeforeEach
  void groupThatKnowsTheServer() throws Exception {
    alice.creates(
        ExternalSender.extension(
            List.of(new ExternalSender(server.keys.publicKey(), server.credential))));
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
  }

  @Test
  void removalProposedByKnownSenderIsCommitted() throws Exception {
    byte[] removal =
        ExternalProposals.to(TestClient.GROUP_ID, alice.group().epoch())
            .withAuthenticatedData(utf8("idle"))
            .from(0, server.keys, new Proposal.Remove(bob.leaf()));
    assertInstanceOf(Effect.ProposalReceived.class, alice.receives(removal));
    bob.receives(removal);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    assertInstanceOf(Effect.Removed.class, bob.receives(commit.commit()));
  }

  @Test
  void newcomerThatProposesItselfIsAdded() throws Exception {
    byte[] add =
        ExternalProposals.to(TestClient.GROUP_ID, alice.group().epoch())
            .addMe(stranger.keyPackage(), stranger.keys);
    alice.receives(add);
    bob.receives(add);
    PendingCommit commit = bob.commits(CommitOptions.empty());
    bob.set(commit.next());
    alice.receives(commit.commit());
    stranger.joins(commit);
    assertInStep(alice, bob, stranger);
  }

  @Test
  void proposalsOfUnknownOrPretendedSendersAreRefused() throws Exception {
    Proposal remove = new Proposal.Remove(bob.leaf());
    assertRefused(Rule.CONTENT_SIGNATURE, proposal(stranger, new Sender.External(0), remove));
    assertRefused(Rule.EXTERNAL_SENDER_KNOWN, proposal(server, new Sender.External(1), remove));
    Sender newcomer = new Sender.NewMemberProposal();
    assertRefused(Rule.NEW_MEMBER_PROPOSAL_IS_ADD, proposal(stranger, newcomer, remove));
    Proposal othersAdd = new Proposal.Add(stranger.keyPackage());
    assertRefused(Rule.CONTENT_SIGNATURE, proposal(server, newcomer, othersAdd));
    Proposal update = new Proposal.Update(stranger.keyPackage().leafNode());
    assertRefused(Rule.EXTERNAL_PROPOSAL_TYPE, proposal(server, new Sender.External(0), update));
    assertRefused(
        Rule.EXTERNAL_PROPOSAL_TYPE,
        proposal(server, new Sender.External(0), new Proposal.ExternalInit(new byte[32])));
  }

  @Test
  void everyTypeThatAnExternalSenderMaySendIsCommitted() throws Exception {
    ExternalProposals toGroup = ExternalProposals.to(TestClient.GROUP_ID, alice.group().epoch());
    Extension senders = alice.group().extensions().getFirst();
    List<Proposal> allowed =
        List.of(
            new Proposal.Add(stranger.keyPackage()),
            new Proposal.PreSharedKey(
                PreSharedKeyId.resumption(
                    TestClient.GROUP_ID, alice.group().epoch(), TestClient.SUITE, server.random)),
            new Proposal.GroupContextExtensions(List.of(senders)));
    for (Proposal proposal : allowed) {
      byte[] message = toGroup.from(0, server.keys, proposal);
      alice.receives(message);
      bob.receives(message);
    }
    PendingCommit commit = alice.commits(CommitOptions.empty());
    assertInstanceOf(Effect.CommitApplied.class, bob.receives(commit.commit()));
    alice.set(commit.next());
    assertInStep(alice, bob);
    assertEquals(3, bob.group().members().size());
    Proposal reInit =
        new Proposal.ReInit(new GroupId(utf8("next")), TestClient.SUITE, List.of(senders));
    byte[] message =
        ExternalProposals.to(TestClient.GROUP_ID, alice.group().epoch())
            .from(0, server.keys, reInit);
    alice.receives(message);
    bob.receives(message);
    PendingCommit last = bob.commits(CommitOptions.empty());
    alice.receives(last.commit());
    assertEquals(Optional.of(reInit), alice.group().reInit());
  }

  @Test
  void whatCannotBeSentFromOutsideIsNotMade() {
    ExternalProposals toGroup = ExternalProposals.to(TestClient.GROUP_ID, 1);
    for (Proposal proposal :
        List.of(
            new Proposal.SelfRemove(),
            new Proposal.ExternalInit(new byte[32]),
            new Proposal.Unknown(0xF001, new byte[0]),
            new Proposal.Update(stranger.keyPackage().leafNode()))) {
      assertThrows(IllegalArgumentException.class, () -> toGroup.from(0, server.keys, proposal));
    }
    assertThrows(
        IllegalArgumentException.class, () -> toGroup.addMe(stranger.keyPackage(), server.keys));
  }

  @Test
  void groupWithoutExternalSendersRefusesThem() throws Exception {
    TestClient loner = TestClient.named("loner").creates();
    byte[] message =
        ExternalProposals.to(TestClient.GROUP_ID, 0)
            .from(0, server.keys, new Proposal.Remove(loner.leaf()));
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> loner.tries(message));
    assertEquals(Rule.EXTERNAL_SENDER_KNOWN, refused.rule());
  }

  private void assertRefused(Rule rule, byte[] message) {
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> alice.tries(message));
    assertEquals(rule, refused.rule());
  }

  private byte[] proposal(TestClient from, Sender sender, Proposal proposal) {
    FramedContent framed =
        new FramedContent(
            TestClient.GROUP_ID,
            alice.group().epoch(),
            sender,
            utf8("aad"),
            new Content.Proposed(proposal));
    AuthenticatedContent signed =
        AuthenticatedContent.sign(
            WireFormat.PUBLIC_MESSAGE, framed, from.keys, alice.group().context().encode());
    return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, PublicMessage.ofOutsider(signed));
  }
}
