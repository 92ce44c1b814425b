package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A member leaves at once (draft-ietf-mls-extensions, SelfRemove). */
class SelfRemoveTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  @Test
  void anotherMemberCommitsItAndTheLeaverLearnsIt() throws Exception {
    byte[] leaving = carol.proposes(carol.group().proposeSelfRemove(utf8("bye"), carol.random));
    alice.receives(leaving);
    bob.receives(leaving);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    alice.set(commit.next());
    Effect.CommitApplied applied =
        assertInstanceOf(Effect.CommitApplied.class, bob.receives(commit.commit()));
    assertEquals(carol.credential, applied.removed().getFirst().credential());
    assertInstanceOf(Effect.Removed.class, carol.receives(commit.commit()));
    assertInStep(alice, bob);
    assertEquals(2, bob.group().members().size());
  }

  @Test
  void leaverCannotCommitItsOwn() throws Exception {
    byte[] leaving = carol.proposes(carol.group().proposeSelfRemove(new byte[0], carol.random));
    alice.receives(leaving);
    bob.receives(leaving);
    assertThrows(MlsException.CommitDue.class, () -> carol.says("still here"));
    PendingCommit commit = carol.commits(CommitOptions.empty());
    carol.set(commit.next());
    alice.receives(commit.commit());
    bob.receives(commit.commit());
    assertInStep(alice, bob, carol);
    assertRule(
        Rule.NO_OWN_REMOVAL,
        () -> carol.commits(CommitOptions.empty().propose(new Proposal.SelfRemove())));
  }

  @Test
  void joinerTakesTheLeaversOut() throws Exception {
    byte[] carolLeaves = carol.proposes(carol.group().proposeSelfRemove(new byte[0], carol.random));
    byte[] bobLeaves = bob.proposes(bob.group().proposeSelfRemove(new byte[0], bob.random));
    alice.receives(carolLeaves);
    alice.receives(bobLeaves);
    bob.receives(carolLeaves);
    carol.receives(bobLeaves);
    ExternalJoinOptions options =
        ExternalJoinOptions.none().selfRemove(carolLeaves).selfRemove(bobLeaves);
    ExternalJoin join =
        Group.joinExternally(
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            LeafProfile.of(dave.keys, dave.credential),
            options,
            CONTEXT,
            dave.random);
    dave.set(join.next());
    Effect.CommitApplied applied =
        assertInstanceOf(Effect.CommitApplied.class, alice.receives(join.commit()));
    assertTrue(applied.isExternal());
    assertEquals(2, applied.removed().size());
    assertInstanceOf(Effect.Removed.class, bob.receives(join.commit()));
    assertInstanceOf(Effect.Removed.class, carol.receives(join.commit()));
    assertInStep(alice, dave);
    assertEquals(2, dave.group().members().size());
  }

  @Test
  void clientThatLeavesAndComesBackNeedsNoRemove() throws Exception {
    byte[] leaving = carol.proposes(carol.group().proposeSelfRemove(new byte[0], carol.random));
    alice.receives(leaving);
    bob.receives(leaving);
    ExternalJoin join =
        Group.joinExternally(
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            LeafProfile.of(carol.keys, carol.credential),
            ExternalJoinOptions.none().selfRemove(leaving),
            CONTEXT,
            carol.random);
    alice.receives(join.commit());
    bob.receives(join.commit());
    carol.set(join.next());
    assertInStep(alice, bob, carol);
    assertEquals(3, alice.group().members().size());
  }

  @Test
  void joinerBelievesOnlySelfRemovesOfThisEpochByTheirMembers() throws Exception {
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
    byte[] remove =
        carol.proposes(
            carol
                .group()
                .proposeRemove(bob.leaf(), HandshakeOptions.publicMessage(), carol.random));
    assertRule(Rule.SELF_REMOVE_BY_MEMBER, () -> join(info, remove));
    byte[] leaving = bob.proposes(bob.group().proposeSelfRemove(new byte[0], bob.random));
    byte[] forged = leaving.clone();
    // The leaf index of the sender: behind version, format, group id, epoch and sender type.
    int leafAt = 4 + 1 + TestClient.GROUP_ID.bytes().length + 8 + 1 + 3;
    assertEquals(bob.leaf().value(), forged[leafAt]);
    forged[leafAt] = (byte) carol.leaf().value();
    assertRule(Rule.CONTENT_SIGNATURE, () -> join(info, forged));
    alice.receives(leaving);
    PendingCommit next = alice.commits(CommitOptions.empty());
    byte[] newInfo = next.next().groupInfo(GroupInfoContent.WITH_TREE);
    assertThrows(MlsException.WrongEpoch.class, () -> join(newInfo, leaving));
  }

  @Test
  void privateSelfRemoveIsRefused() throws Exception {
    GroupState state = carol.group().state();
    AuthenticatedContent signed =
        Framing.sign(
            state,
            new Content.Proposed(new Proposal.SelfRemove()),
            HandshakeOptions.privateMessage());
    byte[] message = Framing.protect(state, signed, carol.random).message();
    assertRule(Rule.SELF_REMOVE_IS_PUBLIC, () -> alice.tries(message));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            carol
                .group()
                .propose(
                    new Proposal.SelfRemove(), HandshakeOptions.publicMessage(), carol.random));
  }

  @Test
  void groupWithAMemberThatDoesNotKnowItCannotUseIt() throws Exception {
    TestClient old = TestClient.named("old client");
    LeafProfile profile =
        LeafProfile.of(old.keys, old.credential)
            .withCapabilities(
                new Capabilities(
                    List.of(1), List.of(1), List.of(), List.of(), List.of(Credential.BASIC)));
    KeyPackageBundle bundle =
        KeyPackageBundle.generate(profile, LIFETIME, KeyPackageUse.ONCE, List.of(), old.random);
    PendingCommit added = alice.commits(CommitOptions.empty().add(bundle.keyPackage()));
    alice.set(added.next());
    bob.receives(added.commit());
    assertRule(
        Rule.PROPOSAL_TYPE_SUPPORTED, () -> bob.group().proposeSelfRemove(new byte[0], bob.random));
    // It may be committed by the Commit that removes this member.
    byte[] leaving =
        Framing.protect(
                bob.group().state(),
                Framing.sign(
                    bob.group().state(),
                    new Content.Proposed(new Proposal.SelfRemove()),
                    HandshakeOptions.publicMessage()),
                bob.random)
            .message();
    alice.receives(leaving);
    assertEquals(4, alice.commits(CommitOptions.empty()).next().members().size());
    PendingCommit both =
        alice.commits(CommitOptions.empty().remove(alice.group().members().getLast().leaf()));
    assertEquals(2, both.next().members().size());
  }

  private ExternalJoin join(byte[] info, byte[] selfRemove) throws MlsException {
    return Group.joinExternally(
        info,
        LeafProfile.of(dave.keys, dave.credential),
        ExternalJoinOptions.none().selfRemove(selfRemove),
        CONTEXT,
        dave.random);
  }

  private static void assertRule(Rule rule, Executable call) {
    assertEquals(rule, assertThrows(MlsException.Invalid.class, call).rule());
  }

  @Test
  void inlineInAnExternalCommitIsRefused() throws Exception {
    GroupState state = alice.group().state();
    Sender joiner = new Sender.NewMemberCommit();
    ProposalList list =
        new ProposalList(
            List.of(
                new ProposalList.Entry(joiner, new Proposal.ExternalInit(new byte[32])),
                new ProposalList.Entry(joiner, new Proposal.SelfRemove())));
    assertRule(
        Rule.SELF_REMOVE_BY_MEMBER,
        () -> ProposalListRules.checkExternalCommit(list, state.tree()));
  }

  @Test
  void removeBesideASelfRemoveIsRefused() throws Exception {
    byte[] leaving = carol.proposes(carol.group().proposeSelfRemove(new byte[0], carol.random));
    alice.receives(leaving);
    byte[] removal =
        alice.proposes(
            alice
                .group()
                .proposeRemove(carol.leaf(), HandshakeOptions.privateMessage(), alice.random));
    bob.receives(leaving);
    bob.receives(removal);
    ProposalList both =
        new ProposalList(
            bob.group().state().proposals().proposals().stream()
                .map(each -> new ProposalList.Entry(each.sender(), each.proposal()))
                .toList());
    assertRule(
        Rule.ONE_CHANGE_PER_LEAF,
        () -> ProposalListRules.checkMemberCommit(both, bob.leaf(), bob.group().state().tree()));
    PendingCommit commit = bob.commits(CommitOptions.empty());
    bob.set(commit.next());
    alice.receives(commit.commit());
    assertInStep(alice, bob);
    assertEquals(2, alice.group().members().size());
  }

  @Test
  void whoOnlyTracksTheGroupFollowsTheLeaverAndTheJoiner() throws Exception {
    Tracker tracker = Tracker.of(alice.group());
    byte[] leaving = carol.proposes(carol.group().proposeSelfRemove(new byte[0], carol.random));
    tracker.sees(leaving);
    alice.receives(leaving);
    ExternalJoin join = join(alice.group().groupInfo(GroupInfoContent.WITH_TREE), leaving);
    tracker.seesCommit(join.commit());
    alice.receives(join.commit());
    tracker.assertAgreesWith(alice);
  }
}
