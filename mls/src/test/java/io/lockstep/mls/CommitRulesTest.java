package io.lockstep.mls;

import static io.lockstep.mls.Refusals.assertRefused;
import static io.lockstep.mls.Refusals.assertRule;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.utf8;

import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.RequiredCapabilities;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proposals and Commits of a member that break one rule (RFC 9420 sections 12.1 to 12.4). */
class CommitRulesTest {
  private static final LeafIndex BLANK = new LeafIndex(3);
  private static final byte[] NONCE = new byte[32];

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(
            CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()).forcePath());
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  /** By value in a Commit, and alone as well. */
  private void assertProposalRefused(Rule rule, Proposal proposal) throws MlsException {
    assertRefused(rule, bob, Mallet.as(alice).commits(proposal));
    assertRefused(rule, bob, Mallet.as(alice).proposes(proposal));
  }

  private void assertCommitRefused(Rule rule, Proposal... proposals) throws MlsException {
    assertRefused(rule, bob, Mallet.as(alice).commits(proposals));
    assertRule(rule, () -> alice.commits(CommitOptions.empty().proposeAll(List.of(proposals))));
  }

  private void assertPathRefused(Rule rule, UnaryOperator<UpdatePath> spoil) throws MlsException {
    byte[] commit = Mallet.as(alice).commits(Mallet.Plan.HONEST.withPath(spoil), List.of());
    assertRefused(rule, bob, commit);
  }

  // 12.1: single proposals

  @Test
  void removalOfNobodyIsRefused() throws Exception {
    assertProposalRefused(Rule.REMOVE_MEMBER, new Proposal.Remove(BLANK));
    assertProposalRefused(Rule.REMOVE_MEMBER, new Proposal.Remove(new LeafIndex(-1)));
  }

  @Test
  void pskWithNonceOfAnotherLengthIsRefused() throws Exception {
    PreSharedKeyId id = new PreSharedKeyId.External(utf8("p"), new byte[31]);
    assertProposalRefused(Rule.PSK_NONCE_LENGTH, new Proposal.PreSharedKey(id));
  }

  @Test
  void pskOfBranchOrReInitIsRefusedInARunningGroup() throws Exception {
    for (PreSharedKeyId.Usage usage :
        List.of(PreSharedKeyId.Usage.REINIT, PreSharedKeyId.Usage.BRANCH)) {
      PreSharedKeyId id = new PreSharedKeyId.Resumption(usage, TestClient.GROUP_ID, 0, NONCE);
      assertProposalRefused(Rule.PSK_USAGE, new Proposal.PreSharedKey(id));
    }
  }

  @Test
  void pskThatIsNotKnownIsRefused() throws Exception {
    PreSharedKeyId id = new PreSharedKeyId.External(utf8("unknown"), NONCE);
    assertRefused(Rule.PSK_AVAILABLE, bob, Mallet.as(alice).commits(new Proposal.PreSharedKey(id)));
  }

  @Test
  void reInitToAnOlderVersionIsRefused() throws Exception {
    Proposal reInit = new Proposal.ReInit(TestClient.GROUP_ID, 0, 1, List.of());
    assertProposalRefused(Rule.RE_INIT_VERSION, reInit);
  }

  @Test
  void updateThatKeepsTheEncryptionKeyIsRefused() throws Exception {
    LeafNode old = Mallet.stateOf(alice).ownLeaf();
    assertUpdateRefused(Rule.LEAF_ENCRYPTION_KEY_REPLACED, old.content(), alice.leaf());
  }

  @Test
  void updateForAnotherPlaceIsRefused() throws Exception {
    assertUpdateRefused(Rule.LEAF_SIGNATURE, renewed(), bob.leaf());
  }

  @Test
  void updateThatBecomesAnotherClientIsRefused() throws Exception {
    LeafNode.Content content = renewed();
    LeafNode.Content other =
        new LeafNode.Content(
            content.encryptionKey(),
            new BasicCredential(utf8("eve")),
            content.capabilities(),
            List.of());
    assertUpdateRefused(Rule.CREDENTIAL_SUCCESSOR, other, alice.leaf());
  }

  @Test
  void updateWithTheLeafOfAKeyPackageIsRefused() throws Exception {
    LeafNode leaf = LeafNode.forKeyPackage(renewed(), TestClient.LIFETIME, alice.keys);
    assertRefused(Rule.LEAF_SOURCE, bob, Mallet.as(alice).proposes(new Proposal.Update(leaf)));
  }

  private LeafNode.Content renewed() throws MlsException {
    HpkePublicKey fresh = TestClient.SUITE.generateHpkeKeyPair(alice.random).publicKey();
    return Mallet.stateOf(alice).ownLeaf().content().withEncryptionKey(fresh);
  }

  private void assertUpdateRefused(Rule rule, LeafNode.Content content, LeafIndex place)
      throws MlsException {
    LeafNode leaf = LeafNode.forUpdate(content, TestClient.GROUP_ID, place, alice.keys);
    assertRefused(rule, bob, Mallet.as(alice).proposes(new Proposal.Update(leaf)));
  }

  @Test
  void updateOfSomeoneWhoIsNoMemberIsRefused() throws Exception {
    // Nobody else can send one, so only the rule itself can be asked.
    Proposal update = new Proposal.Update(Mallet.stateOf(carol).ownLeaf());
    ProposalList list =
        new ProposalList(List.of(new ProposalList.Entry(new Sender.External(0), update)));
    GroupState state = Mallet.stateOf(alice);
    assertRule(
        Rule.UPDATE_BY_MEMBER,
        () -> ProposalListRules.checkMemberCommit(list, alice.leaf(), state.tree()));
  }

  @Test
  void proposalsBeyondTheLimitOfAnEpochAreRefused() throws Exception {
    Proposal remove = new Proposal.Remove(carol.leaf());
    List<CachedProposal> many = new ArrayList<>();
    for (int i = 0; i < ProposalCache.PROPOSALS_MAX; i++) {
      byte[] name = {(byte) (i >> 8), (byte) i};
      many.add(new CachedProposal(new ProposalRef(name), new Sender.Member(alice.leaf()), remove));
    }
    ProposalCache full = new ProposalCache(many, List.of());
    GroupState state = Mallet.stateOf(bob).withProposals(full);
    byte[] message = Mallet.as(alice).proposes(remove);
    assertRule(Rule.PROPOSALS_PER_EPOCH, () -> MessageProcessing.process(state, message, CONTEXT));
  }

  // 12.2: lists

  @Test
  void ownUpdateOfTheCommitterIsRefused() throws Exception {
    LeafNode leaf = LeafNode.forUpdate(renewed(), TestClient.GROUP_ID, alice.leaf(), alice.keys);
    assertCommitRefused(Rule.NO_OWN_UPDATE, new Proposal.Update(leaf));
  }

  @Test
  void committerThatRemovesItselfIsRefused() throws Exception {
    assertCommitRefused(Rule.NO_OWN_REMOVAL, new Proposal.Remove(alice.leaf()));
  }

  @Test
  void twoChangesOfOneLeafAreRefused() throws Exception {
    Proposal remove = new Proposal.Remove(carol.leaf());
    assertCommitRefused(Rule.ONE_CHANGE_PER_LEAF, remove, remove);
  }

  @Test
  void samePskTwiceIsRefused() throws Exception {
    Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("p"), NONCE));
    assertCommitRefused(Rule.PSK_ONCE, psk, psk);
  }

  @Test
  void twoGroupContextExtensionsAreRefused() throws Exception {
    Proposal extensions = new Proposal.GroupContextExtensions(List.of());
    assertCommitRefused(Rule.ONE_GROUP_CONTEXT_EXTENSIONS, extensions, extensions);
  }

  @Test
  void reInitBesideAnotherProposalIsRefused() throws Exception {
    Proposal reInit = new Proposal.ReInit(TestClient.GROUP_ID, 1, 1, List.of());
    assertCommitRefused(Rule.RE_INIT_ALONE, reInit, new Proposal.Remove(carol.leaf()));
  }

  @Test
  void externalInitOfAMemberIsRefused() throws Exception {
    Proposal init = new Proposal.ExternalInit(new byte[32]);
    assertCommitRefused(Rule.NO_EXTERNAL_INIT, init);
    assertRefused(Rule.NO_EXTERNAL_INIT, bob, Mallet.as(alice).proposes(init));
  }

  @Test
  void proposalTypeThatNotAllSupportIsRefused() throws Exception {
    assertCommitRefused(Rule.PROPOSAL_TYPE_SUPPORTED, new Proposal.Unknown(0xF123, new byte[0]));
  }

  @Test
  void whatNotAllMembersSupportIsNotRequired() throws Exception {
    assertCommitRefused(
        Rule.REQUIRED_EXTENSION_SUPPORTED, requiring(List.of(0xF001), List.of(), List.of()));
    assertCommitRefused(
        Rule.REQUIRED_PROPOSAL_SUPPORTED, requiring(List.of(), List.of(0xF001), List.of()));
    assertCommitRefused(
        Rule.REQUIRED_CREDENTIAL_SUPPORTED, requiring(List.of(), List.of(), List.of(0xF001)));
    assertCommitRefused(
        Rule.GROUP_EXTENSION_SUPPORTED,
        new Proposal.GroupContextExtensions(List.of(new Extension(0xF001, new byte[0]))));
  }

  private static Proposal requiring(
      List<Integer> extensions, List<Integer> proposals, List<Integer> credentials) {
    RequiredCapabilities required = new RequiredCapabilities(extensions, proposals, credentials);
    return new Proposal.GroupContextExtensions(List.of(required.asExtension()));
  }

  // 12.4: Commits and their paths

  @Test
  void referenceToNothingThatWasSentIsRefused() throws Exception {
    ProposalOrRef nothing = new ProposalOrRef.ByReference(new ProposalRef(new byte[32]));
    byte[] commit = Mallet.as(alice).commits(Mallet.Plan.HONEST, List.of(nothing));
    assertRefused(Rule.PROPOSAL_KNOWN, bob, commit);
  }

  @Test
  void tagOfAnotherEpochIsRefused() throws Exception {
    Mallet.Plan plan =
        new Mallet.Plan(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            tag -> {
              tag[0] ^= 1;
              return tag;
            });
    assertRefused(Rule.CONFIRMATION_TAG, bob, Mallet.as(alice).commits(plan, List.of()));
  }

  @Test
  void ownUpdateWhoseKeyWasLostIsRefused() throws Exception {
    Proposed update = bob.group().proposeUpdate(HandshakeOptions.publicMessage(), bob.random);
    bob.set(update.next());
    alice.receives(update.message());
    PendingCommit commit = alice.commits(CommitOptions.empty());
    GroupState state = Mallet.stateOf(bob);
    GroupState lost =
        state.withProposals(new ProposalCache(state.proposals().proposals(), List.of()));
    assertRule(
        Rule.OWN_UPDATE_KNOWN, () -> MessageProcessing.process(lost, commit.commit(), CONTEXT));
    bob.receives(commit.commit());
  }

  @Test
  void pathWithTheOldLeafKeyIsRefused() throws Exception {
    assertPathRefused(
        Rule.LEAF_ENCRYPTION_KEY_REPLACED,
        path -> {
          try {
            LeafNode.Content old = Mallet.stateOf(alice).ownLeaf().content();
            return new UpdatePath(Leaves.like(path.leafNode(), old, alice), path.nodes());
          } catch (MlsException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void pathLeafOfAnotherClientIsRefused() throws Exception {
    UnaryOperator<LeafNode.Content> eve =
        content ->
            new LeafNode.Content(
                content.encryptionKey(),
                new BasicCredential(utf8("eve")),
                content.capabilities(),
                List.of());
    byte[] commit = Mallet.as(alice).commits(Mallet.Plan.HONEST.withLeaf(eve), List.of());
    assertRefused(Rule.CREDENTIAL_SUCCESSOR, bob, commit);
  }

  @Test
  void pathLeafThatIsNotFromACommitIsRefused() throws Exception {
    assertPathRefused(
        Rule.LEAF_SOURCE,
        path ->
            new UpdatePath(
                LeafNode.forUpdate(
                    path.leafNode().content(), TestClient.GROUP_ID, alice.leaf(), alice.keys),
                path.nodes()));
  }

  @Test
  void pathOfAnotherLengthIsRefused() throws Exception {
    assertPathRefused(
        Rule.PATH_LENGTH,
        path -> new UpdatePath(path.leafNode(), path.nodes().subList(1, path.nodes().size())));
  }

  @Test
  void pathWithAKeyThatIsInTheTreeIsRefused() throws Exception {
    HpkePublicKey taken = Mallet.stateOf(carol).ownLeaf().encryptionKey();
    assertPathRefused(Rule.PARENT_ENCRYPTION_KEY_UNIQUE, path -> withLastKey(path, taken));
  }

  @Test
  void pathWithAKeyThatTheLeafDoesNotHashIsRefused() throws Exception {
    HpkePublicKey fresh = TestClient.SUITE.generateHpkeKeyPair(alice.random).publicKey();
    assertPathRefused(Rule.PATH_PARENT_HASH, path -> withLastKey(path, fresh));
  }

  @Test
  void pathWithAKeyThatIsNoneIsRefused() throws Exception {
    HpkePublicKey none = new HpkePublicKey(new byte[31]);
    assertPathRefused(Rule.PUBLIC_KEY_VALID, path -> withLastKey(path, none));
  }

  @Test
  void pathWithACiphertextMissingIsRefused() throws Exception {
    assertPathRefused(
        Rule.PATH_CIPHERTEXT_COUNT,
        path -> {
          List<UpdatePath.Node> nodes = new ArrayList<>(path.nodes());
          UpdatePath.Node last = nodes.removeLast();
          nodes.add(new UpdatePath.Node(last.encryptionKey(), List.of()));
          return new UpdatePath(path.leafNode(), nodes);
        });
  }

  @Test
  void pathSecretOfAnotherLengthIsRefused() throws Exception {
    assertPathRefused(Rule.PATH_SECRET_LENGTH, path -> withSecretForBob(path, new byte[31]));
  }

  @Test
  void pathSecretThatDoesNotGiveTheKeyIsRefused() throws Exception {
    assertPathRefused(Rule.PATH_SECRET_MATCHES, path -> withSecretForBob(path, new byte[32]));
  }

  private static UpdatePath withLastKey(UpdatePath path, HpkePublicKey key) {
    List<UpdatePath.Node> nodes = new ArrayList<>(path.nodes());
    UpdatePath.Node last = nodes.removeLast();
    nodes.add(new UpdatePath.Node(key, last.encryptedPathSecrets()));
    return new UpdatePath(path.leafNode(), nodes);
  }

  /** Bob is alice's sibling: the first node of her path has one ciphertext, for his leaf. */
  private UpdatePath withSecretForBob(UpdatePath path, byte[] secret) {
    try {
      GroupState state = Mallet.stateOf(alice);
      HpkePublicKey recipient = state.tree().member(bob.leaf()).encryptionKey();
      byte[] context =
          state
              .context()
              .next(state.tree().merge(alice.leaf(), path, Set.of()).treeHash(), List.of())
              .encode();
      HpkeCiphertext sealed =
          TestClient.SUITE.encryptWithLabel(
              recipient, "UpdatePathNode", context, secret, alice.random);
      List<UpdatePath.Node> nodes = new ArrayList<>(path.nodes());
      UpdatePath.Node first = nodes.removeFirst();
      nodes.addFirst(new UpdatePath.Node(first.encryptionKey(), List.of(sealed)));
      return new UpdatePath(path.leafNode(), nodes);
    } catch (MlsException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void commitWithoutTheRequiredPathIsRefused() throws Exception {
    GroupState state = Mallet.stateOf(alice);
    for (List<ProposalOrRef> list :
        List.of(Mallet.inline(), Mallet.inline(new Proposal.Remove(carol.leaf())))) {
      byte[] message = new Mallet(state).sendsWithTag(new Commit(list, Optional.empty()));
      assertRefused(Rule.PATH_REQUIRED, bob, message);
    }
  }
}
