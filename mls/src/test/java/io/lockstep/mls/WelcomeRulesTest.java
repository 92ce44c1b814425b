package io.lockstep.mls;

import static io.lockstep.mls.Refusals.assertRule;
import static io.lockstep.mls.TestClient.CONTEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.NewPath;
import io.lockstep.mls.tree.RatchetTree;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Welcomes that break one rule (RFC 9420 section 12.4.3.1). */
class WelcomeRulesTest {
  /** Where an MLSMessage with a Welcome has its cipher suite: behind version and wire format. */
  private static final int SUITE_AT = 5;

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient dave = TestClient.named("dave");
  private PendingCommit addsBob;

  @BeforeEach
  void bobIsWelcome() throws Exception {
    alice.creates();
    addsBob = alice.commits(CommitOptions.empty().add(bob.keyPackage()).ratchetTreeInWelcome());
  }

  @Test
  void welcomeForAnotherSuiteIsRefused() {
    byte[] welcome = addsBob.welcome().orElseThrow();
    welcome[SUITE_AT] = 3;
    assertRule(Rule.WELCOME_SUITE, () -> bob.joins(welcome));
  }

  @Test
  void welcomeForAnotherClientIsRefused() {
    dave.keyPackage();
    assertRule(Rule.WELCOME_ENTRY, () -> dave.joins(addsBob.welcome().orElseThrow()));
  }

  @Test
  void welcomeWithoutTreeIsRefused() throws Exception {
    PendingCommit bare = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    assertRule(Rule.RATCHET_TREE_KNOWN, () -> bob.joins(bare.welcome().orElseThrow()));
    bob.joins(bare);
  }

  @Test
  void welcomeWithAnotherTreeIsRefused() throws Exception {
    PendingCommit bare = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    byte[] old = alice.group().ratchetTree();
    assertRule(
        Rule.TREE_HASH,
        () ->
            Group.join(
                bare.welcome().orElseThrow(),
                bob.bundle(),
                bob.keys,
                CONTEXT.withRatchetTree(old)));
  }

  @Test
  void groupWithAMemberThatLastsForEverIsRefused() throws Exception {
    Lifetime forever = new Lifetime(0, -1);
    Group group =
        Group.create(
            TestClient.GROUP_ID, alice.keys, alice.credential, forever, List.of(), alice.random);
    PendingCommit commit =
        group.commit(
            CommitOptions.empty().add(bob.keyPackage()).ratchetTreeInWelcome(),
            CONTEXT,
            alice.random);
    byte[] welcome = commit.welcome().orElseThrow();
    assertRule(Rule.LEAF_TOTAL_LIFETIME, () -> bob.joins(welcome));
    ReceiveContext anyLength = CONTEXT.withLifetimeMax(ReceiveContext.UNLIMITED);
    assertEquals(1, Group.join(welcome, bob.bundle(), bob.keys, anyLength).epoch());
  }

  /** What comes of a Commit with path that adds {@code inTree}. */
  private static final class Made {
    private final byte[] welcome;
    private final GroupState next;

    Made(byte[] welcome, GroupState next) {
      this.welcome = welcome;
      this.next = next;
    }
  }

  private Made addition(KeyPackage inTree, KeyPackage welcomed, boolean withPathSecret)
      throws MlsException {
    GroupState state = Mallet.stateOf(alice);
    RatchetTree.Added added = state.tree().add(inTree.leafNode());
    Set<LeafIndex> leaves = Set.of(added.leaf());
    NewPath path =
        NewPath.create(
            added.tree(),
            state.self(),
            state.ownLeaf().content(),
            TestClient.GROUP_ID,
            state.signer(),
            alice.random);
    GroupContext next = state.context().next(path.tree().treeHash(), List.of());
    UpdatePath update = path.encrypt(next.encode(), leaves, alice.random);
    Content content =
        new Content.Committed(
            new Commit(Mallet.inline(new Proposal.Add(inTree)), Optional.of(update)));
    AuthenticatedContent signed = Framing.sign(state, content, HandshakeOptions.publicMessage());
    EpochChange change =
        EpochChange.of(
            next,
            state.interimTranscriptHash(),
            signed,
            new EpochChange.Inputs(state.secrets().init(), path.commitSecret(), Secret.zeros(32)),
            path.tree().leafCount());
    GroupState after =
        state.advance(
            change,
            path.tree(),
            path.privateTree(),
            GroupState.ACTIVE,
            leaves,
            ReceiveWindow.DEFAULT.pastEpochs());
    ProposalEffects effects =
        new ProposalEffects(
            path.tree(),
            List.of(),
            List.of(),
            Map.of(added.leaf(), welcomed),
            List.of(),
            List.of());
    byte[] welcome =
        new WelcomeCreation(after, change, alice.random)
            .welcome(
                effects,
                withPathSecret ? Optional.of(path) : Optional.empty(),
                GroupInfoContent.WITH_TREE)
            .orElseThrow();
    return new Made(welcome, after);
  }

  @Test
  void welcomeToWhomIsNotInTheTreeIsRefused() throws Exception {
    KeyPackage welcomed = bob.keyPackage();
    Made made = addition(dave.keyPackage(), welcomed, true);
    assertRule(Rule.OWN_LEAF_IN_TREE, () -> bob.joins(made.welcome));
  }

  @Test
  void memberThatWasNotGivenItsPathSecretIsToldWhenItNeedsIt() throws Exception {
    KeyPackage keyPackage = bob.keyPackage();
    bob.joins(addition(keyPackage, keyPackage, true).welcome);
    Made made = addition(keyPackage, keyPackage, false);
    bob.joins(made.welcome);
    alice.set(new Group(made.next));
    PendingCommit third = alice.commits(CommitOptions.empty().add(dave.keyPackage()));
    bob.receives(third.commit());
    alice.set(third.next());
    dave.joins(third);
    PendingCommit byDave = dave.commits(CommitOptions.empty());
    assertInstanceOf(Effect.CommitApplied.class, alice.tries(byDave.commit()).orElseThrow());
    Refusals.assertRefused(Rule.PATH_REACHES_MEMBER, bob, byDave.commit());
  }

  @Test
  void groupInfoWithAnotherTagIsRefused() throws Exception {
    KeyPackage keyPackage = bob.keyPackage();
    GroupState state = Mallet.stateOf(alice);
    // A member whose confirmation key is another one signs another tag.
    GroupState other = Mallet.stateOf(TestClient.named("other").creates());
    RatchetTree.Added added = state.tree().add(keyPackage.leafNode());
    GroupContext next = state.context().next(added.tree().treeHash(), List.of());
    AuthenticatedContent signed =
        Framing.sign(
            state,
            new Content.Committed(new Commit(List.of(), Optional.empty())),
            HandshakeOptions.publicMessage());
    EpochChange change =
        EpochChange.of(
            next,
            state.interimTranscriptHash(),
            signed,
            new EpochChange.Inputs(state.secrets().init(), Secret.zeros(32), Secret.zeros(32)),
            added.tree().leafCount());
    GroupState lying =
        new GroupState(
            change.context(),
            added.tree(),
            state.ownKeys(),
            state.signer(),
            other.secrets(),
            state.messageKeys(),
            ProposalCache.EMPTY,
            PastEpochs.NONE,
            GroupState.ACTIVE);
    ProposalEffects effects =
        new ProposalEffects(
            added.tree(),
            List.of(),
            List.of(),
            Map.of(added.leaf(), keyPackage),
            List.of(),
            List.of());
    byte[] welcome =
        new WelcomeCreation(lying, change, alice.random)
            .welcome(effects, Optional.empty(), GroupInfoContent.WITH_TREE)
            .orElseThrow();
    assertRule(Rule.CONFIRMATION_TAG, () -> bob.joins(welcome));
  }
}
