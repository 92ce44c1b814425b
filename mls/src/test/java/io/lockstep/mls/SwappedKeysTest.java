package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafNode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys must be unique in the tree that a Commit leads to, not on the way there. */
class SwappedKeysTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");

  @BeforeEach
  void fourMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(
            CommitOptions.empty()
                .add(bob.keyPackage())
                .add(carol.keyPackage())
                .add(dave.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    dave.joins(added);
  }

  @Test
  void twoMembersMayExchangeTheirEncryptionKeysInOneCommit() throws Exception {
    HpkeKeyPair bobs = bob.group().state().ownKeys().leafKey();
    HpkeKeyPair carols = carol.group().state().ownKeys().leafKey();
    byte[] fromBob = takes(bob, carols);
    byte[] fromCarol = takes(carol, bobs);
    alice.receives(fromBob);
    alice.receives(fromCarol);
    bob.receives(fromCarol);
    carol.receives(fromBob);
    dave.receives(fromBob);
    dave.receives(fromCarol);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    alice.set(commit.next());
    for (TestClient member : new TestClient[] {bob, carol, dave}) {
      assertInstanceOf(Effect.CommitApplied.class, member.receives(commit.commit()));
    }
    assertInStep(alice, bob, carol, dave);
  }

  @Test
  void keyOfARemovedMemberIsFree() throws Exception {
    byte[] update = takes(bob, carol.group().state().ownKeys().leafKey());
    alice.receives(update);
    dave.receives(update);
    PendingCommit commit = alice.commits(CommitOptions.empty().remove(carol.leaf()));
    alice.set(commit.next());
    bob.receives(commit.commit());
    dave.receives(commit.commit());
    assertInStep(alice, bob, dave);
  }

  @Test
  void keyThatAnotherKeepsIsTaken() throws Exception {
    alice.receives(takes(bob, carol.group().state().ownKeys().leafKey()));
    GroupState state = alice.group().state();
    CachedProposal update = state.proposals().proposals().getFirst();
    ProposalList list =
        new ProposalList(List.of(new ProposalList.Entry(update.sender(), update.proposal())));
    MlsException.Invalid refused =
        assertThrows(
            MlsException.Invalid.class,
            () ->
                ProposalEffects.of(
                    list, state.context(), state.tree(), TestClient.CONTEXT.receiving()));
    assertEquals(Rule.LEAF_ENCRYPTION_KEY_UNIQUE, refused.rule());
  }

  /** An Update of {@code member} to a key pair that it did not make. */
  private static byte[] takes(TestClient member, HpkeKeyPair key) throws MlsException {
    GroupState state = member.group().state();
    LeafNode leaf =
        LeafNode.forUpdate(
            state.ownLeaf().content().withEncryptionKey(key.publicKey()),
            state.context().groupId(),
            state.self(),
            state.signer());
    AuthenticatedContent signed =
        Framing.sign(
            state,
            new Content.Proposed(new Proposal.Update(leaf)),
            HandshakeOptions.privateMessage());
    Framing.Sealed sealed = Framing.protect(state, signed, member.random);
    CachedProposal own =
        new CachedProposal(
            signed.proposalRef(state.suite()),
            new Sender.Member(state.self()),
            new Proposal.Update(leaf));
    ProposalCache cache = state.proposals().with(own).withUpdateKey(key);
    member.set(new Group(sealed.next().withProposals(cache)));
    return sealed.message();
  }
}
