package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.LeafNodeSource;
import io.lockstep.mls.tree.NodeIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Paths and external Commits, signed by whoever sends them, that break one rule each. The tracker
 * refuses by the rule by which a member refuses.
 */
class PublicGroupPathTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");
  private final TestClient stranger = TestClient.named("stranger");
  private Tracker tracker;
  private DishonestMember mallory;
  private DishonestMember joiner;

  /** Every parent of the tree is populated; the dishonest one is at the last of four leaves. */
  @BeforeEach
  void fourMembers() throws Exception {
    alice.creates();
    tracker = Tracker.ofNew(alice);
    PendingCommit added =
        alice.commits(
            open()
                .add(bob.keyPackage())
                .add(carol.keyPackage())
                .add(dave.keyPackage())
                .forcePath());
    alice.set(added.next());
    tracker.sees(added);
    for (TestClient each : List.of(bob, carol, dave)) {
      each.joins(added);
    }
    PendingCommit second = carol.commits(open());
    carol.set(second.next());
    tracker.sees(second);
    for (TestClient each : List.of(alice, bob, dave)) {
      each.receives(second.commit());
    }
    mallory = new DishonestMember(dave);
    joiner = new DishonestMember(stranger, dave.group());
  }

  @Test
  void whatTheDishonestOneChangesIsAllThatIsWrong() throws Exception {
    // Its confirmation tag is false, which only members can tell.
    byte[] commit = mallory.commit(mallory.path());
    assertRefusedBy(alice, Rule.CONFIRMATION_TAG, commit);
    assertFollowed(commit);
    Proposal[] list = {externalInit()};
    assertFollowed(joiner.join(Optional.of(joiner.joinerPath(list)), list));
  }

  @Test
  void pathOfTheWrongLength() throws Exception {
    UpdatePath path = mallory.path();
    assertEquals(2, path.nodes().size());
    List<UpdatePath.Node> longer = new ArrayList<>(path.nodes());
    longer.add(new UpdatePath.Node(freshKey(), List.of()));
    assertRefused(
        Rule.PATH_LENGTH,
        mallory.commit(new UpdatePath(path.leafNode(), path.nodes().subList(0, 1))));
    assertRefused(Rule.PATH_LENGTH, mallory.commit(new UpdatePath(path.leafNode(), longer)));
  }

  @Test
  void wrongNumberOfCiphertexts() throws Exception {
    UpdatePath path = mallory.path();
    UpdatePath.Node top = path.nodes().get(1);
    List<HpkeCiphertext> more = new ArrayList<>(top.encryptedPathSecrets());
    more.add(more.getFirst());
    for (List<HpkeCiphertext> each : List.of(more, List.<HpkeCiphertext>of())) {
      UpdatePath.Node changed = new UpdatePath.Node(top.encryptionKey(), each);
      assertRefused(Rule.PATH_CIPHERTEXT_COUNT, mallory.commit(withNode(path, 1, changed)));
    }
    // As if the new member, who gets its secret by Welcome, were one of those it is encrypted to.
    Proposal add = new Proposal.Add(stranger.keyPackage());
    UpdatePath adding = mallory.path(add);
    UpdatePath.Node root = adding.nodes().getLast();
    List<HpkeCiphertext> one = new ArrayList<>(root.encryptedPathSecrets());
    one.add(top.encryptedPathSecrets().getFirst());
    UpdatePath.Node forAll = new UpdatePath.Node(root.encryptionKey(), one);
    UpdatePath changed = withNode(adding, adding.nodes().size() - 1, forAll);
    assertRefused(Rule.PATH_CIPHERTEXT_COUNT, mallory.commit(changed, add));
  }

  @Test
  void ciphertextsThatHoldNoPathSecret() throws Exception {
    UpdatePath path = mallory.path();
    UpdatePath.Node lowest = path.nodes().getFirst();
    HpkeCiphertext good = lowest.encryptedPathSecrets().getFirst();
    HpkeCiphertext cut = new HpkeCiphertext(good.kemOutput(), new byte[47]);
    UpdatePath.Node withCut = new UpdatePath.Node(lowest.encryptionKey(), List.of(cut));
    assertTrackerRefuses(Rule.PATH_SECRET_LENGTH, mallory.commit(withNode(path, 0, withCut)));
    HpkeCiphertext noKey = new HpkeCiphertext(new byte[31], good.ciphertext());
    UpdatePath.Node withNoKey = new UpdatePath.Node(lowest.encryptionKey(), List.of(noKey));
    assertTrackerRefuses(Rule.PUBLIC_KEY_VALID, mallory.commit(withNode(path, 0, withNoKey)));
  }

  @Test
  void keysThatAreNoneOrInUse() throws Exception {
    UpdatePath path = mallory.path();
    List<HpkeCiphertext> secrets = path.nodes().getFirst().encryptedPathSecrets();
    UpdatePath.Node noKey = new UpdatePath.Node(new HpkePublicKey(new byte[5]), secrets);
    assertRefused(Rule.PUBLIC_KEY_VALID, mallory.commit(withNode(path, 0, noKey)));
    HpkePublicKey inUse = mallory.state.tree().publicKey(new NodeIndex(3)).orElseThrow();
    UpdatePath.Node again = new UpdatePath.Node(inUse, secrets);
    assertRefused(Rule.PARENT_ENCRYPTION_KEY_UNIQUE, mallory.commit(withNode(path, 0, again)));
    UpdatePath.Node twice = new UpdatePath.Node(path.nodeKeys().get(1), secrets);
    assertRefused(Rule.PARENT_ENCRYPTION_KEY_UNIQUE, mallory.commit(withNode(path, 0, twice)));
    HpkePublicKey ofAlice = mallory.state.tree().member(alice.leaf()).encryptionKey();
    assertRefused(Rule.LEAF_ENCRYPTION_KEY_UNIQUE, mallory.commit(withLeafKey(path, ofAlice)));
  }

  @Test
  void wrongParentHash() throws Exception {
    UpdatePath path = mallory.path();
    LeafNode.Content content = path.leafNode().content();
    for (byte[] hash : List.of(new byte[0], new byte[32])) {
      LeafNode leaf =
          LeafNode.forCommit(content, hash, TestClient.GROUP_ID, dave.leaf(), dave.keys);
      assertRefused(Rule.PATH_PARENT_HASH, mallory.commit(new UpdatePath(leaf, path.nodes())));
    }
    // A changed parent key changes the hash that the leaf should have.
    List<HpkeCiphertext> secrets = path.nodes().getFirst().encryptedPathSecrets();
    UpdatePath.Node other = new UpdatePath.Node(freshKey(), secrets);
    assertRefused(Rule.PATH_PARENT_HASH, mallory.commit(withNode(path, 0, other)));
  }

  @Test
  void leafThatIsNotAllowed() throws Exception {
    UpdatePath path = mallory.path();
    LeafNode.Content content = path.leafNode().content();
    byte[] hash = parentHash(path);
    GroupId group = TestClient.GROUP_ID;
    LeafNode elsewhere = LeafNode.forCommit(content, hash, group, bob.leaf(), dave.keys);
    assertRefused(Rule.LEAF_SIGNATURE, mallory.commit(new UpdatePath(elsewhere, path.nodes())));
    LeafNode update = LeafNode.forUpdate(content, group, dave.leaf(), dave.keys);
    assertRefused(Rule.LEAF_SOURCE, mallory.commit(new UpdatePath(update, path.nodes())));
    HpkePublicKey old = mallory.state.ownLeaf().encryptionKey();
    assertRefused(Rule.LEAF_ENCRYPTION_KEY_REPLACED, mallory.commit(withLeafKey(path, old)));
    LeafNode.Content named =
        new LeafNode.Content(
            content.encryptionKey(), bob.credential, content.capabilities(), List.of());
    LeafNode impostor = LeafNode.forCommit(named, hash, group, dave.leaf(), dave.keys);
    assertRefused(
        Rule.CREDENTIAL_SUCCESSOR, mallory.commit(new UpdatePath(impostor, path.nodes())));
    LeafNode.Content unlisted =
        new LeafNode.Content(
            content.encryptionKey(),
            content.credential(),
            content.capabilities(),
            List.of(new Extension(0xF0F0, new byte[0])));
    LeafNode extended = LeafNode.forCommit(unlisted, hash, group, dave.leaf(), dave.keys);
    assertRefused(
        Rule.LEAF_EXTENSIONS_LISTED, mallory.commit(new UpdatePath(extended, path.nodes())));
  }

  // Joiners

  @Test
  void externalCommitsThatTheRulesForbid() throws Exception {
    Proposal init = externalInit();
    Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("p"), new byte[32]));
    Proposal add = new Proposal.Add(TestClient.named("friend").keyPackage());
    UpdatePath path = joiner.joinerPath(init);
    assertRefused(Rule.EXTERNAL_COMMIT_PATH, joiner.join(Optional.empty(), init));
    assertRefused(Rule.ONE_EXTERNAL_INIT, joiner.join(Optional.of(path)));
    assertRefused(Rule.ONE_EXTERNAL_INIT, joiner.join(Optional.of(path), init, init));
    assertRefused(Rule.EXTERNAL_COMMIT_PROPOSALS, joiner.join(Optional.of(path), init, add));
    assertRefused(Rule.PSK_ONCE, joiner.join(Optional.of(path), init, psk, psk));
    Proposal[] evict = {init, new Proposal.Remove(bob.leaf())};
    assertRefused(
        Rule.EXTERNAL_REMOVE_SAME_CLIENT,
        joiner.join(Optional.of(joiner.joinerPath(evict)), evict));
    Proposal[] two = {init, new Proposal.Remove(bob.leaf()), new Proposal.Remove(alice.leaf())};
    assertRefused(Rule.EXTERNAL_COMMIT_ONE_REMOVE, joiner.join(Optional.of(path), two));
  }

  @Test
  void joinerWithoutUsableInitOrWithKeysOfMember() throws Exception {
    Proposal noInit = new Proposal.ExternalInit(new byte[31]);
    UpdatePath path = joiner.joinerPath(noInit);
    assertTrackerRefuses(Rule.PUBLIC_KEY_VALID, joiner.join(Optional.of(path), noInit));
    DishonestMember again = new DishonestMember(bob, dave.group());
    Proposal init = externalInit();
    LeafNode.Content content = path.leafNode().content();
    LeafNode taken =
        LeafNode.forCommit(
            content, parentHash(path), TestClient.GROUP_ID, new LeafIndex(4), bob.keys);
    byte[] commit = again.join(Optional.of(new UpdatePath(taken, path.nodes())), init);
    assertRefused(Rule.LEAF_SIGNATURE_KEY_UNIQUE, commit);
  }

  // What is beyond a tracker, and how it is bound all the same

  @Test
  void everyByteButThoseOfTheTagsIsUnderTheSignature() throws Exception {
    byte[] commit = bob.commits(open()).commit();
    // membership_tag<V> and before it confirmation_tag<V>, each one byte of length and 32.
    int tags = commit.length - 66;
    for (int i = 0; i < commit.length; i += i < tags ? 1 + commit.length / 150 : 3) {
      byte[] altered = commit.clone();
      altered[i] ^= 1;
      assertThrows(MlsException.class, () -> alice.tries(altered), "byte " + i);
      boolean inTag = i >= tags && i != tags && i != tags + 33;
      if (inTag) {
        assertFollowed(altered);
      } else {
        assertThrows(
            MlsException.class, () -> tracker.group().process(altered, CONTEXT), "byte " + i);
      }
    }
    for (int length = 0; length < commit.length; length += 17) {
      byte[] cut = Arrays.copyOf(commit, length);
      assertThrows(MlsException.class, () -> tracker.group().process(cut, CONTEXT));
    }
  }

  @Test
  void falseConfirmationTagIsFoundOutByGroupInfoAndByTheTranscript() throws Exception {
    PendingCommit first = bob.commits(open());
    byte[] altered = first.commit();
    altered[altered.length - 34] ^= 1;
    bob.set(first.next());
    alice.receives(first.commit());
    PublicGroup deceived = tracker.group().process(altered, CONTEXT).next();
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    assertInvalid(Rule.GROUP_INFO_CONFIRMATION_TAG, () -> deceived.checkGroupInfo(info));
    PendingCommit second = alice.commits(open());
    alice.set(second.next());
    bob.receives(second.commit());
    PublicGroup apart = deceived.process(second.commit(), CONTEXT).next();
    byte[] next = bob.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    assertInvalid(Rule.GROUP_INFO_CONTEXT, () -> apart.checkGroupInfo(next));
    byte[] third = bob.commits(open()).commit();
    assertInvalid(Rule.CONTENT_SIGNATURE, () -> apart.process(third, CONTEXT));
    // With the true tag all is well.
    tracker.sees(first);
    tracker.sees(second);
    tracker.assertAgreesWith(alice, bob);
    tracker.seesCommit(third);
  }

  private Proposal externalInit() {
    return new Proposal.ExternalInit(freshKey().bytes());
  }

  private HpkePublicKey freshKey() {
    return dave.group().suite().generateHpkeKeyPair(dave.random).publicKey();
  }

  private static byte[] parentHash(UpdatePath path) {
    return ((LeafNodeSource.FromCommit) path.leafNode().source()).parentHash();
  }

  private UpdatePath withLeafKey(UpdatePath path, HpkePublicKey key) {
    LeafNode.Content content = path.leafNode().content().withEncryptionKey(key);
    LeafNode leaf =
        LeafNode.forCommit(content, parentHash(path), TestClient.GROUP_ID, dave.leaf(), dave.keys);
    return new UpdatePath(leaf, path.nodes());
  }

  private static UpdatePath withNode(UpdatePath path, int index, UpdatePath.Node node) {
    List<UpdatePath.Node> nodes = new ArrayList<>(path.nodes());
    nodes.set(index, node);
    return new UpdatePath(path.leafNode(), nodes);
  }

  private static CommitOptions open() {
    return CommitOptions.empty().framed(HandshakeOptions.publicMessage());
  }

  private void assertFollowed(byte[] commit) throws MlsException {
    assertInstanceOf(PublicEffect.CommitApplied.class, tracker.group().process(commit, CONTEXT));
  }

  private void assertRefused(Rule rule, byte[] commit) {
    assertRefusedBy(alice, rule, commit);
    assertTrackerRefuses(rule, commit);
  }

  private static void assertRefusedBy(TestClient member, Rule rule, byte[] commit) {
    assertInvalid(rule, () -> member.tries(commit));
  }

  private void assertTrackerRefuses(Rule rule, byte[] commit) {
    byte[] before = tracker.group().encode();
    assertInvalid(rule, () -> tracker.sees(commit));
    assertArrayEquals(before, tracker.group().encode());
  }

  private static void assertInvalid(Rule rule, Attempt attempt) {
    MlsException.Invalid refused = assertThrows(MlsException.Invalid.class, attempt::run);
    assertEquals(rule, refused.rule(), refused::getMessage);
  }

  private interface Attempt {
    void run() throws Exception;
  }
}
