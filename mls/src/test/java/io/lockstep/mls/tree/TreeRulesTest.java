package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Capabilities;
import io.lockstep.mls.Credential;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.message.RequiredCapabilities;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TreeRulesTest {
  private static final TreeGroup.Changes NOTHING =
      new TreeGroup.Changes(List.of(), List.of(), List.of());
  private final SecureRandom random = new SecureRandom();
  private TreeGroup group;

  /** Four members with all parents populated, and a fifth who is unmerged at the root. */
  @BeforeEach
  void populate() throws Exception {
    group = new TreeGroup(new TreeMember("m0", random), random);
    for (int i = 1; i < 5; i++) {
      add(new TreeMember("m" + i, random), true);
    }
    for (TreeMember member : List.copyOf(group.members)) {
      group.commit(member, NOTHING, true);
    }
    add(new TreeMember("m5", random), false);
  }

  @Test
  void forgedLeafInAGivenTreeIsRefused() throws Exception {
    SignatureKeyPair forger = SignatureKeyPair.generate(TreeMember.SUITE, random);
    LeafNode victim = group.tree.member(new LeafIndex(2));
    LeafNode.Content claim =
        new LeafNode.Content(
            TreeMember.SUITE.generateHpkeKeyPair(random).publicKey(),
            new BasicCredential(
                "ceo@example.org".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            victim.capabilities(),
            List.of());
    LeafNode forged =
        LeafNode.forUpdate(claim, new GroupId(new byte[] {99}), new LeafIndex(2), forger);
    RatchetTree tree = group.tree.update(new LeafIndex(2), forged);
    assertRule(Rule.LEAF_SIGNATURE, () -> check(tree));
  }

  @Test
  void leafSignedForAnotherPlaceIsRefused() throws Exception {
    TreeMember member = group.members.getFirst();
    LeafNode.Content content = member.contentWith(TreeMember.SUITE.generateHpkeKeyPair(random));
    LeafNode elsewhere =
        LeafNode.forUpdate(content, TreeGroup.GROUP, new LeafIndex(3), member.keys);
    assertRule(
        Rule.LEAF_SIGNATURE,
        () ->
            TreeRules.checkUpdateLeaf(
                group.tree, member.index(), elsewhere, TreeGroup.GROUP, new TrustEveryone()));
  }

  @Test
  void anyFlippedBitInAGivenTreeIsRefusedOrChangesItsHash() throws Exception {
    byte[] good = group.tree.encode();
    byte[] hash = group.tree.treeHash();
    for (int bit = 0; bit < 8 * good.length; bit += 3) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      RatchetTree tree;
      try {
        tree = RatchetTree.decode(TreeMember.SUITE, flipped);
      } catch (MlsException e) {
        continue;
      }
      assertEquals(false, Arrays.equals(hash, tree.treeHash()), "bit " + bit);
    }
  }

  @Test
  void replacedParentKeyBreaksTheParentHashes() throws Exception {
    byte[] known = group.tree.publicKey(new NodeIndex(3)).orElseThrow().bytes();
    byte[] planted = TreeMember.SUITE.generateHpkeKeyPair(random).publicKey().bytes();
    byte[] encoded = replace(group.tree.encode(), known, planted);
    RatchetTree tree = RatchetTree.decode(TreeMember.SUITE, encoded);
    assertRule(Rule.PARENT_HASH_VALID, () -> check(tree));
  }

  @Test
  void unmergedLeafThatIsNoDescendantIsRefused() throws Exception {
    HpkePublicKey key = group.tree.publicKey(new NodeIndex(1)).orElseThrow();
    byte[] parentHash = group.tree.parent(new NodeIndex(1)).orElseThrow().parentHash();
    byte[] none = new TlsWriter().put(key).opaque(parentHash).opaque(new byte[0]).toByteArray();
    byte[] foreign =
        new TlsWriter().put(key).opaque(parentHash).vector(out -> out.uint32(3)).toByteArray();
    byte[] content = TlsReader.decodeAll(group.tree.encode(), TlsReader::opaque);
    byte[] changed = new TlsWriter().opaque(replace(content, none, foreign)).toByteArray();
    RatchetTree tree = RatchetTree.decode(TreeMember.SUITE, changed);
    assertRule(Rule.UNMERGED_LEAVES_VALID, () -> check(tree));
  }

  @Test
  void treesOfTheWrongShapeAreMalformed() {
    byte[] leaf = new TlsWriter().uint8(1).uint8(1).put(leaf(0)).toByteArray();
    byte[] parent =
        new TlsWriter()
            .uint8(1)
            .uint8(2)
            .opaque(new byte[32])
            .opaque(new byte[0])
            .opaque(new byte[0])
            .toByteArray();
    byte[] blank = {0};
    assertMalformed();
    assertMalformed(blank);
    assertMalformed(leaf, blank);
    assertMalformed(parent);
    assertMalformed(leaf, leaf);
    assertMalformed(new byte[] {2});
    assertMalformed(new byte[] {1, 3});
    byte[] unmergedBeyond =
        new TlsWriter()
            .uint8(1)
            .uint8(2)
            .opaque(new byte[32])
            .opaque(new byte[0])
            .vector(out -> out.uint32(1L << 31))
            .toByteArray();
    assertMalformed(leaf, unmergedBeyond, leaf);
    assertRule(Rule.PARENT_HASH_VALID, () -> decode(leaf, blank, blank, blank, blank, parent));
    assertRule(Rule.LEAF_ENCRYPTION_KEY_UNIQUE, () -> decode(leaf, blank, leaf));
  }

  @Test
  void keysAreUniqueOverTheWholeTree() throws Exception {
    TreeMember known = group.members.get(1);
    TreeMember fresh = new TreeMember("fresh", random);
    LeafNode inTree = group.tree.member(known.index());
    LeafNode sameSignatureKey =
        LeafNode.forKeyPackage(fresh.contentWith(fresh.bundle.leafKey()), lifetime(), known.keys);
    assertRule(Rule.LEAF_SIGNATURE_KEY_UNIQUE, () -> group.tree.add(sameSignatureKey));
    HpkePublicKey parentKey = group.tree.publicKey(new NodeIndex(3)).orElseThrow();
    for (HpkePublicKey taken : List.of(inTree.encryptionKey(), parentKey)) {
      LeafNode sameKey =
          LeafNode.forKeyPackage(inTree.content().withEncryptionKey(taken), lifetime(), fresh.keys);
      assertRule(Rule.LEAF_ENCRYPTION_KEY_UNIQUE, () -> group.tree.add(sameKey));
    }
  }

  @Test
  void keyOfARemovedMemberMayComeBack() throws Exception {
    TreeMember leaving = group.members.get(1);
    RatchetTree without = group.tree.remove(leaving.index());
    LeafNode again =
        LeafNode.forKeyPackage(
            leaving.contentWith(leaving.bundle.leafKey()), lifetime(), leaving.keys);
    assertEquals(leaving.index(), without.add(again).leaf());
  }

  @Test
  void unknownMembersAreRefusedByName() {
    for (int index : new int[] {6, 7, 8, LeafIndex.LIMIT - 1, LeafIndex.LIMIT, 1 << 31, -1}) {
      LeafIndex nobody = new LeafIndex(index);
      assertRule(Rule.LEAF_POPULATED, () -> group.tree.remove(nobody));
      assertRule(Rule.LEAF_POPULATED, () -> group.tree.update(nobody, leaf(0)));
    }
  }

  @Test
  void lastMemberCannotBeRemoved() throws Exception {
    RatchetTree alone = RatchetTree.of(TreeMember.SUITE, leaf(0));
    assertRule(Rule.REMOVE_LEAVES_A_MEMBER, () -> alone.remove(new LeafIndex(0)));
  }

  @Test
  void groupMayOnlyUseWhatAllMembersSupport() throws Exception {
    assertRule(
        Rule.GROUP_EXTENSION_SUPPORTED,
        () -> TreeRules.checkSupport(group.tree, List.of(new Extension(0xF001, new byte[0]))));
    assertRule(
        Rule.REQUIRED_EXTENSION_SUPPORTED, () -> require(List.of(0xF001), List.of(), List.of()));
    assertRule(
        Rule.REQUIRED_PROPOSAL_SUPPORTED, () -> require(List.of(), List.of(0xF001), List.of()));
    assertRule(
        Rule.REQUIRED_CREDENTIAL_SUPPORTED, () -> require(List.of(), List.of(), List.of(0xF001)));
    require(List.of(1, 5, Extension.LAST_RESORT), List.of(1, 7), List.of(Credential.X509));
  }

  @Test
  void memberWhoDoesNotKnowTheCredentialsInUseIsRefused() throws Exception {
    TreeMember fresh = new TreeMember("fresh", random);
    Capabilities onlyX509 =
        new Capabilities(List.of(1), List.of(1), List.of(), List.of(), List.of(Credential.X509));
    LeafNode.Content content =
        new LeafNode.Content(
            fresh.leaf().encryptionKey(),
            new io.lockstep.mls.X509Credential(List.of(new byte[] {1})),
            onlyX509,
            List.of());
    RatchetTree tree =
        group.tree.add(LeafNode.forKeyPackage(content, lifetime(), fresh.keys)).tree();
    assertRule(Rule.CREDENTIAL_TYPE_SUPPORTED, () -> TreeRules.checkSupport(tree, List.of()));
  }

  private void require(List<Integer> extensions, List<Integer> proposals, List<Integer> credentials)
      throws MlsException {
    RequiredCapabilities required = new RequiredCapabilities(extensions, proposals, credentials);
    TreeRules.checkSupport(group.tree, List.of(required.asExtension()));
  }

  private void add(TreeMember joiner, boolean withPath) throws Exception {
    group.commit(
        group.members.getFirst(),
        new TreeGroup.Changes(List.of(joiner), List.of(), List.of()),
        withPath);
  }

  private LeafNode leaf(int member) {
    return group.members.get(member).leaf();
  }

  private static Lifetime lifetime() {
    return Lifetime.starting(TreeMember.NOW, Duration.ofDays(1));
  }

  private static void check(RatchetTree tree) throws MlsException {
    TreeRules.checkTree(tree, TreeGroup.GROUP, new TrustEveryone());
  }

  private static RatchetTree decode(byte[]... nodes) throws MlsException {
    byte[] data =
        new TlsWriter().vector(out -> Arrays.stream(nodes).forEach(out::raw)).toByteArray();
    return RatchetTree.decode(TreeMember.SUITE, data);
  }

  private static void assertMalformed(byte[]... nodes) {
    assertThrows(MlsException.Malformed.class, () -> decode(nodes));
  }

  private static void assertRule(Rule rule, Executable attempt) {
    MlsException.Invalid refusal = assertThrows(MlsException.Invalid.class, attempt);
    assertEquals(rule, refusal.rule());
  }

  private static byte[] replace(byte[] in, byte[] from, byte[] to) {
    List<Integer> found = new ArrayList<>();
    for (int at = 0; at + from.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + from.length, from, 0, from.length)) {
        found.add(at);
      }
    }
    assertEquals(1, found.size(), "must occur once");
    int at = found.getFirst();
    TlsWriter out = new TlsWriter(in.length + to.length);
    out.raw(in, 0, at).raw(to);
    return out.raw(in, at + from.length, in.length - at - from.length).toByteArray();
  }
}
