package io.lockstep.mls;

import static io.lockstep.mls.Refusals.assertRefused;
import static io.lockstep.mls.Refusals.assertRule;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.NOW;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** External Commits that break one rule (RFC 9420 sections 12.2 and 12.4.3.2). */
class ExternalCommitRulesTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");
  private byte[] groupInfo;

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    groupInfo = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
  }

  private void assertJoinRefused(Rule rule, TestClient joiner, Proposal... more)
      throws MlsException {
    ProposalOrRef[] proposals = Mallet.inline(more).toArray(ProposalOrRef[]::new);
    assertRefused(rule, bob, Mallet.joins(joiner, groupInfo, Mallet.Plan.HONEST, proposals));
  }

  /** A client with carol's name and new keys. */
  private TestClient carolAgain() {
    return new TestClient("carol", TestClient.random(99), TestClient.SUITE);
  }

  @Test
  void honestReturnIsTaken() throws Exception {
    ProposalOrRef remove = new ProposalOrRef.Inline(new Proposal.Remove(carol.leaf()));
    bob.tries(Mallet.joins(carolAgain(), groupInfo, Mallet.Plan.HONEST, remove));
  }

  @Test
  void proposalThatAJoinerMayNotMakeIsRefused() throws Exception {
    assertJoinRefused(
        Rule.EXTERNAL_COMMIT_PROPOSALS,
        dave,
        new Proposal.Add(TestClient.named("erin").keyPackage()));
    assertJoinRefused(
        Rule.EXTERNAL_COMMIT_PROPOSALS, dave, new Proposal.GroupContextExtensions(List.of()));
  }

  @Test
  void joinerThatRefersToAProposalIsRefused() throws Exception {
    Proposal remove = new Proposal.Remove(carol.leaf());
    Proposed sent = alice.group().propose(remove, HandshakeOptions.publicMessage(), alice.random);
    bob.receives(sent.message());
    ProposalOrRef reference = new ProposalOrRef.ByReference(sent.ref());
    assertRefused(
        Rule.EXTERNAL_COMMIT_BY_VALUE,
        bob,
        Mallet.joins(dave, groupInfo, Mallet.Plan.HONEST, reference));
  }

  @Test
  void joinerWithTwoExternalInitsOrNoneIsRefused() throws Exception {
    assertJoinRefused(Rule.ONE_EXTERNAL_INIT, dave, new Proposal.ExternalInit(new byte[32]));
    GroupInfo info = MlsMessage.decode(groupInfo, WireFormat.GROUP_INFO, GroupInfo::decode);
    byte[] none = Mallet.joins(dave, info, Mallet.Plan.HONEST, List.of(), Secret.zeros(32));
    assertRefused(Rule.ONE_EXTERNAL_INIT, bob, none);
  }

  @Test
  void joinerThatRemovesTwoIsRefused() throws Exception {
    assertJoinRefused(
        Rule.EXTERNAL_COMMIT_ONE_REMOVE,
        carolAgain(),
        new Proposal.Remove(carol.leaf()),
        new Proposal.Remove(alice.leaf()));
  }

  @Test
  void joinerThatRemovesAnotherClientIsRefused() throws Exception {
    assertJoinRefused(Rule.EXTERNAL_REMOVE_SAME_CLIENT, dave, new Proposal.Remove(carol.leaf()));
  }

  @Test
  void joinerThatKeepsTheKeyOfItsOldLeafIsRefused() throws Exception {
    LeafNode old = Mallet.stateOf(carol).ownLeaf();
    TestClient again = carolAgain();
    Mallet.Plan plan =
        Mallet.Plan.HONEST.withPath(
            path ->
                new UpdatePath(
                    Leaves.at(carol.leaf(), path.leafNode(), old.content(), again), path.nodes()));
    ProposalOrRef remove = new ProposalOrRef.Inline(new Proposal.Remove(carol.leaf()));
    assertRefused(Rule.EXTERNAL_REMOVE_NEW_KEY, bob, Mallet.joins(again, groupInfo, plan, remove));
  }

  @Test
  void joinerWithoutPathIsRefused() throws Exception {
    Mallet.Plan noPath = Mallet.Plan.HONEST.withPath(path -> null);
    assertRefused(Rule.EXTERNAL_COMMIT_PATH, bob, Mallet.joins(dave, groupInfo, noPath));
  }

  @Test
  void joinerWithAKeyThatIsInTheTreeIsRefused() throws Exception {
    LeafNode taken = Mallet.stateOf(bob).ownLeaf();
    Mallet.Plan plan =
        Mallet.Plan.HONEST.withPath(
            path ->
                new UpdatePath(
                    Leaves.at(
                        new LeafIndex(3),
                        path.leafNode(),
                        path.leafNode().content().withEncryptionKey(taken.encryptionKey()),
                        dave),
                    path.nodes()));
    assertRefused(Rule.LEAF_ENCRYPTION_KEY_UNIQUE, alice, Mallet.joins(dave, groupInfo, plan));
  }

  // What the joiner itself refuses

  @Test
  void groupInfoForAnotherSuiteIsRefused() {
    TestClient other =
        new TestClient(
            "other",
            TestClient.random(5),
            CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519);
    assertRule(Rule.GROUP_INFO_SUITE, () -> other.joinsExternally(groupInfo));
  }

  @Test
  void groupInfoWithoutExternalPubIsRefused() throws Exception {
    GroupInfo info = GroupInfos.forWelcome(Mallet.stateOf(alice), GroupInfoContent.WITH_TREE);
    byte[] message = MlsMessage.encode(WireFormat.GROUP_INFO, info);
    assertRule(Rule.EXTERNAL_PUB, () -> dave.joinsExternally(message));
  }

  @Test
  void groupInfoWithoutTreeIsRefused() {
    byte[] bare = alice.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    assertRule(Rule.RATCHET_TREE_KNOWN, () -> dave.joinsExternally(bare));
  }

  @Test
  void groupInfoWithAnotherTreeIsRefused() throws Exception {
    byte[] bare = alice.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    byte[] tree = TestClient.named("other").creates().group().ratchetTree();
    assertRule(
        Rule.TREE_HASH,
        () ->
            Group.joinExternally(
                bare, dave.keys, dave.credential, CONTEXT.withRatchetTree(tree), dave.random));
  }

  @Test
  void groupInfoWithForgedSignatureIsRefused() {
    byte[] forged = groupInfo.clone();
    forged[forged.length - 1] ^= 1;
    assertRule(Rule.GROUP_INFO_SIGNATURE, () -> dave.joinsExternally(forged));
  }

  @Test
  void clientThatIsThereTwiceDoesNotKnowWhichLeafToReplace() {
    CredentialValidator allOne =
        new CredentialValidator() {
          @Override
          public void validate(Credential credential, byte[] signaturePublicKey) {}

          @Override
          public boolean sameClient(Credential credential, Credential successor) {
            return true;
          }
        };
    assertRule(
        Rule.RESYNC_ONE_LEAF,
        () ->
            Group.joinExternally(
                groupInfo,
                dave.keys,
                dave.credential,
                ReceiveContext.of(allOne, NOW),
                dave.random));
  }
}
