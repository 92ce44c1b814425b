package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What dishonest members and outsiders sign, the tracker refuses by the rule by which a member
 * refuses it, and stays what it was.
 */
class PublicGroupRefusalTest {
  private static final byte[] NONCE = new byte[32];

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");
  private final TestClient server = TestClient.named("server");
  private Tracker tracker;
  private DishonestMember mallory;

  @BeforeEach
  void threeMembersOfWhomOneIsDishonest() throws Exception {
    byte[] senders =
        new TlsWriter()
            .vector(out -> out.put(server.keys.publicKey()).put(server.credential))
            .toByteArray();
    alice.creates(new Extension(Extension.EXTERNAL_SENDERS, senders));
    tracker = Tracker.ofNew(alice);
    PendingCommit added =
        alice.commits(
            CommitOptions.empty()
                .framed(HandshakeOptions.publicMessage())
                .add(bob.keyPackage())
                .add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    tracker.sees(added);
    mallory = new DishonestMember(carol);
  }

  // Frames

  @Test
  void forgedSignature() throws Exception {
    byte[] message = mallory.proposal(new Proposal.Remove(bob.leaf()));
    message[message.length - 40] ^= 1;
    assertRefused(Rule.MEMBERSHIP_TAG, bob, message);
    assertTrackerRefuses(Rule.CONTENT_SIGNATURE, message);
    Content removal = new Content.Proposed(new Proposal.Remove(bob.leaf()));
    DishonestMember stranger = new DishonestMember(dave, carol.group());
    assertRefused(Rule.CONTENT_SIGNATURE, stranger.outside(new Sender.External(0), removal, false));
  }

  @Test
  void wrongEpochOrGroup() throws Exception {
    byte[] early = mallory.proposal(new Proposal.Remove(bob.leaf()));
    PendingCommit next = alice.commits(open());
    assertWrongEpoch(1, 2, new DishonestMember(alice, next.next()).proposal(remove(bob)));
    tracker.sees(next);
    assertWrongEpoch(2, 1, early);
    Group other =
        Group.create(
            new GroupId(utf8("other")),
            bob.keys,
            bob.credential,
            TestClient.LIFETIME,
            List.of(),
            bob.random);
    byte[] foreign = new DishonestMember(bob, other).commit();
    byte[] before = tracker.group().encode();
    assertThrows(MlsException.WrongGroup.class, () -> tracker.sees(foreign));
    assertArrayEquals(before, tracker.group().encode());
  }

  @Test
  void senderThatIsNoMember() throws Exception {
    Content removal = new Content.Proposed(remove(bob));
    DishonestMember stranger = new DishonestMember(dave, carol.group());
    assertRefused(
        Rule.EXTERNAL_SENDER_KNOWN, stranger.outside(new Sender.External(1), removal, false));
    byte[] wish = stranger.outside(new Sender.NewMemberProposal(), removal, false);
    assertRefused(Rule.NEW_MEMBER_PROPOSAL_IS_ADD, wish);
    byte[] joining = stranger.outside(new Sender.NewMemberCommit(), removal, false);
    assertRefused(Rule.NEW_MEMBER_COMMIT_IS_COMMIT, joining);
    Content nothing = new Content.Committed(new Commit(List.of(), Optional.empty()));
    DishonestMember known = new DishonestMember(server, carol.group());
    assertRefused(Rule.COMMIT_SENDER, known.outside(new Sender.External(0), nothing, true));
    PendingCommit removed = alice.commits(open().remove(carol.leaf()));
    tracker.sees(removed);
    bob.receives(removed.commit());
    alice.set(removed.next());
    byte[] ghost = new DishonestMember(carol, withLeaf(bob, carol)).proposal(remove(bob));
    assertRefused(Rule.LEAF_POPULATED, alice, ghost);
    assertTrackerRefuses(Rule.LEAF_POPULATED, ghost);
  }

  @Test
  void applicationDataInTheOpen() throws Exception {
    Content text = new Content.Application(utf8("read me"));
    assertRefused(Rule.APPLICATION_DATA_IS_PRIVATE, mallory.send(mallory.sign(text)));
  }

  @Test
  void tagsThatAreNoMacs() throws Exception {
    Content content = new Content.Committed(new Commit(List.of(), Optional.of(mallory.path())));
    byte[] shortTag = mallory.send(mallory.sign(content).withConfirmationTag(new byte[31]));
    assertTrackerRefuses(Rule.CONFIRMATION_TAG, shortTag);
    byte[] message = mallory.proposal(remove(bob));
    // The membership tag stands at the end, with one byte of length before it.
    byte[] cut = Arrays.copyOf(message, message.length - 1);
    cut[message.length - 33] = 31;
    assertRefused(Rule.MEMBERSHIP_TAG, cut);
  }

  @Test
  void otherStructures() throws Exception {
    byte[] before = tracker.group().encode();
    for (byte[] each :
        List.of(
            dave.keyPackage().encode(),
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            new byte[0],
            new byte[] {0, 1, 0, 9})) {
      assertThrows(MlsException.class, () -> tracker.sees(each));
    }
    assertArrayEquals(before, tracker.group().encode());
  }

  // References and lists

  @Test
  void referenceToUnknownProposal() throws Exception {
    assertRefused(Rule.PROPOSAL_KNOWN, mallory.commitOf(new ProposalRef(new byte[32])));
  }

  @Test
  void listsThatTheRulesForbid() throws Exception {
    Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("p"), NONCE));
    Proposal extensions = new Proposal.GroupContextExtensions(List.of());
    Proposal reInit = new Proposal.ReInit(TestClient.GROUP_ID, 1, 1, List.of());
    assertRefused(Rule.NO_OWN_REMOVAL, mallory.commit(remove(carol)));
    assertRefused(Rule.ONE_CHANGE_PER_LEAF, mallory.commit(remove(bob), remove(bob)));
    assertRefused(Rule.PSK_ONCE, mallory.commit(psk, psk));
    assertRefused(Rule.ONE_GROUP_CONTEXT_EXTENSIONS, mallory.commit(extensions, extensions));
    assertRefused(Rule.RE_INIT_ALONE, mallory.commit(reInit, psk));
    assertRefused(Rule.NO_EXTERNAL_INIT, mallory.commit(new Proposal.ExternalInit(NONCE)));
    assertRefused(
        Rule.PROPOSAL_TYPE_SUPPORTED, mallory.commit(new Proposal.Unknown(0xF123, new byte[0])));
    LeafNode update =
        LeafNode.forUpdate(freshLeaf(carol), TestClient.GROUP_ID, carol.leaf(), carol.keys);
    assertRefused(Rule.NO_OWN_UPDATE, mallory.commit(new Proposal.Update(update)));
  }

  @Test
  void pathThatIsMissing() throws Exception {
    assertRefused(Rule.PATH_REQUIRED, mallory.commit());
    assertRefused(Rule.PATH_REQUIRED, mallory.commit(remove(bob)));
    Proposal extensions = new Proposal.GroupContextExtensions(List.of());
    assertRefused(Rule.PATH_REQUIRED, mallory.commit(extensions));
  }

  // Single proposals, sent alone and in a Commit

  @Test
  void proposalsThatAreWrongByThemselves() throws Exception {
    assertProposalRefused(
        Rule.REMOVE_MEMBER, new Proposal.Remove(new LeafIndex(3)), mallory.path());
    assertProposalRefused(
        Rule.PSK_NONCE_LENGTH,
        new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("p"), new byte[31])),
        mallory.path());
    assertProposalRefused(
        Rule.PSK_USAGE,
        new Proposal.PreSharedKey(
            new PreSharedKeyId.Resumption(
                PreSharedKeyId.Usage.BRANCH, TestClient.GROUP_ID, 0, NONCE)),
        mallory.path());
    assertProposalRefused(
        Rule.RE_INIT_VERSION,
        new Proposal.ReInit(TestClient.GROUP_ID, 0, 1, List.of()),
        mallory.path());
  }

  @Test
  void additionsThatAreNotAllowed() throws Exception {
    TestClient other =
        new TestClient(
            "other",
            TestClient.random(5),
            CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519);
    assertProposalRefused(
        Rule.KEY_PACKAGE_SUITE, new Proposal.Add(other.keyPackage()), mallory.path());
    Lifetime over = Lifetime.starting(NOW.minus(Duration.ofDays(90)), Duration.ofDays(30));
    KeyPackage expired =
        KeyPackageBundle.generate(dave.keys, dave.credential, over, KeyPackageUse.ONCE, dave.random)
            .keyPackage();
    assertProposalRefused(Rule.LEAF_LIFETIME, new Proposal.Add(expired), mallory.path());
    byte[] forged = dave.keyPackage().encode();
    forged[forged.length - 1] ^= 1;
    assertProposalRefused(
        Rule.KEY_PACKAGE_SIGNATURE, new Proposal.Add(KeyPackage.decode(forged)), mallory.path());
    Proposal again = new Proposal.Add(bob.keyPackage());
    assertRefused(Rule.LEAF_SIGNATURE_KEY_UNIQUE, mallory.commit(mallory.path(), again));
    Proposal one = new Proposal.Add(dave.keyPackage());
    Proposal two = new Proposal.Add(dave.keyPackage());
    assertRefused(Rule.LEAF_SIGNATURE_KEY_UNIQUE, mallory.commit(mallory.path(), one, two));
  }

  @Test
  void extensionsThatNotAllSupport() throws Exception {
    Extension unknown = new Extension(0xF0F0, new byte[0]);
    Proposal extensions = new Proposal.GroupContextExtensions(List.of(unknown));
    assertRefused(Rule.GROUP_EXTENSION_SUPPORTED, mallory.commit(mallory.path(), extensions));
    Extension required =
        new RequiredCapabilities(List.of(), List.of(0xF123), List.of()).asExtension();
    Proposal requiring = new Proposal.GroupContextExtensions(List.of(required));
    assertRefused(Rule.REQUIRED_PROPOSAL_SUPPORTED, mallory.commit(mallory.path(), requiring));
  }

  @Test
  void updatesThatAreNotAllowed() throws Exception {
    LeafNode.Content fresh = freshLeaf(carol);
    GroupId group = TestClient.GROUP_ID;
    LeafNode elsewhere = LeafNode.forUpdate(fresh, group, bob.leaf(), carol.keys);
    assertRefused(Rule.LEAF_SIGNATURE, mallory.proposal(new Proposal.Update(elsewhere)));
    LeafNode sameKey =
        LeafNode.forUpdate(mallory.state.ownLeaf().content(), group, carol.leaf(), carol.keys);
    assertRefused(
        Rule.LEAF_ENCRYPTION_KEY_REPLACED, mallory.proposal(new Proposal.Update(sameKey)));
    LeafNode committed = LeafNode.forCommit(fresh, new byte[0], group, carol.leaf(), carol.keys);
    assertRefused(Rule.LEAF_SOURCE, mallory.proposal(new Proposal.Update(committed)));
    LeafNode.Content named =
        new LeafNode.Content(
            fresh.encryptionKey(), bob.credential, fresh.capabilities(), List.of());
    LeafNode impostor = LeafNode.forUpdate(named, group, carol.leaf(), carol.keys);
    assertRefused(Rule.CREDENTIAL_SUCCESSOR, mallory.proposal(new Proposal.Update(impostor)));
    DishonestMember known = new DishonestMember(server, carol.group());
    Content fromOutside = new Content.Proposed(new Proposal.Update(elsewhere));
    assertRefused(
        Rule.EXTERNAL_PROPOSAL_TYPE, known.outside(new Sender.External(0), fromOutside, false));
  }

  @Test
  void decodingOfCutStateFails() throws Exception {
    byte[] state = tracker.group().encode();
    for (int length = 0; length < state.length; length += 13) {
      byte[] cut = Arrays.copyOf(state, length);
      assertThrows(MlsException.class, () -> PublicGroup.decode(cut));
    }
    // A byte of the tree hash in the context: the tree is another one.
    byte[] altered = state.clone();
    int treeHash = 1 + 2 + 2 + 1 + TestClient.GROUP_ID.bytes().length + 8 + 1;
    altered[treeHash] ^= 1;
    assertThrows(MlsException.Malformed.class, () -> PublicGroup.decode(altered));
  }

  @Test
  void arbitraryBytesAreRefusedWithTypedErrors() {
    SecureRandom random = TestClient.random(11);
    PublicGroup group = tracker.group();
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[4 + random.nextInt(200)];
      random.nextBytes(bytes);
      assertThrows(MlsException.class, () -> PublicGroup.decode(bytes));
      bytes[0] = 0;
      bytes[1] = 1;
      bytes[2] = 0;
      bytes[3] = (byte) (1 + random.nextInt(5));
      assertThrows(MlsException.class, () -> group.process(bytes, CONTEXT));
      assertThrows(MlsException.class, () -> group.checkGroupInfo(bytes));
      assertThrows(MlsException.class, () -> group.checkWelcome(bytes));
      assertThrows(MlsException.class, () -> PublicGroup.of(bytes, CONTEXT));
    }
  }

  private static CommitOptions open() {
    return CommitOptions.empty().framed(HandshakeOptions.publicMessage());
  }

  private static Proposal remove(TestClient member) {
    return new Proposal.Remove(member.leaf());
  }

  private LeafNode.Content freshLeaf(TestClient member) throws MlsException {
    return new DishonestMember(member)
        .state
        .ownLeaf()
        .content()
        .withEncryptionKey(member.group().suite().generateHpkeKeyPair(member.random).publicKey());
  }

  /** The group of one member as if it were at the leaf of another. */
  private static GroupState withLeaf(TestClient member, TestClient other) throws MlsException {
    GroupState own = GroupState.decode(new TlsReader(member.group().encode()));
    GroupState old = GroupState.decode(new TlsReader(other.group().encode()));
    return new GroupState(
        own.context(),
        own.tree(),
        old.ownKeys(),
        own.signer(),
        own.secrets(),
        own.messageKeys(),
        own.proposals(),
        own.past(),
        GroupState.ACTIVE);
  }

  private void assertProposalRefused(Rule rule, Proposal proposal, UpdatePath path)
      throws Exception {
    assertRefused(rule, mallory.proposal(proposal));
    assertRefused(rule, mallory.commit(path, proposal));
  }

  private void assertRefused(Rule rule, byte[] message) throws Exception {
    assertRefused(rule, bob, message);
    assertTrackerRefuses(rule, message);
  }

  private void assertTrackerRefuses(Rule rule, byte[] message) {
    byte[] before = tracker.group().encode();
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> tracker.sees(message));
    assertEquals(rule, refused.rule(), refused::getMessage);
    assertArrayEquals(before, tracker.group().encode());
  }

  private static void assertRefused(Rule rule, TestClient member, byte[] message) {
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> member.tries(message));
    assertEquals(rule, refused.rule(), refused::getMessage);
  }

  private void assertWrongEpoch(long expected, long actual, byte[] message) {
    byte[] before = tracker.group().encode();
    MlsException.WrongEpoch refused =
        assertThrows(MlsException.WrongEpoch.class, () -> tracker.sees(message));
    assertEquals(expected, refused.expected());
    assertEquals(actual, refused.actual());
    assertArrayEquals(before, tracker.group().encode());
  }
}
