package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.UpdatePath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeKemTest {
  private static final TreeGroup.Changes NOTHING =
      new TreeGroup.Changes(List.of(), List.of(), List.of());
  private final SecureRandom random = new SecureRandom();

  @Test
  void memberAddedWithoutPathOntoAPopulatedTreeFollowsCommitsFromEverywhere() throws Exception {
    TreeGroup group = populated(7);
    TreeMember joiner = new TreeMember("joiner", random);
    group.commit(group.members.getFirst(), adding(joiner), false);
    // From the other half of the tree, from our own half, and from our neighbour.
    for (int committer : new int[] {0, 5, 6, 7, 1}) {
      group.commit(group.members.get(committer), NOTHING, true);
    }
  }

  @Test
  void memberAddedWithoutPathCanCommitFirst() throws Exception {
    TreeGroup group = populated(5);
    TreeMember joiner = new TreeMember("joiner", random);
    group.commit(group.members.get(2), adding(joiner), false);
    group.commit(joiner, NOTHING, true);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomHistoriesKeepAllMembersTogether(long seed) throws Exception {
    Random choice = new Random(seed);
    TreeGroup group = new TreeGroup(new TreeMember("m0", random), random);
    int names = 1;
    for (int epoch = 0; epoch < 40; epoch++) {
      List<TreeMember> present = new ArrayList<>(group.members);
      TreeMember committer = present.remove(choice.nextInt(present.size()));
      List<TreeMember> removed = take(present, choice, group.members.size() > 12 ? 5 : 2);
      List<TreeMember> updated = take(present, choice, 2);
      List<TreeMember> added = new ArrayList<>();
      for (int i = choice.nextInt(4); i > 0; i--) {
        added.add(new TreeMember("m" + names++, random));
      }
      boolean optional = removed.isEmpty() && updated.isEmpty() && !added.isEmpty();
      boolean withPath = !optional || choice.nextBoolean();
      group.commit(committer, new TreeGroup.Changes(added, removed, updated), withPath);
    }
  }

  @Test
  void externalJoinerTakesTheNextFreeLeafEvenBeyondTheTree() throws Exception {
    for (int size = 1; size <= 4; size++) {
      TreeGroup group = populated(size);
      TreeMember joiner = new TreeMember("joiner", random);
      LeafIndex self = group.tree.nextFreeLeaf();
      NewPath path =
          NewPath.create(
              group.tree,
              self,
              joiner.contentWith(joiner.bundle.leafKey()),
              TreeGroup.GROUP,
              joiner.keys,
              random);
      byte[] context = path.tree().treeHash();
      UpdatePath sent = path.encrypt(context, Set.of(), random);
      RatchetTree merged = group.tree.merge(self, sent, Set.of());
      TreeRules.checkTree(merged, TreeGroup.GROUP, new TrustEveryone());
      for (TreeMember member : group.members) {
        PrivateTree.Received received =
            member.privateTree.receive(merged, self, sent, context, Set.of());
        assertEquals(path.commitSecret(), received.commitSecret());
      }
      LeafIndex elsewhere = new LeafIndex(self.value() + 1);
      assertThrows(MlsException.Invalid.class, () -> group.tree.merge(elsewhere, sent, Set.of()));
    }
  }

  @Test
  void wrongPathSecretForAJoinerIsRefused() throws Exception {
    TreeGroup group = populated(4);
    TreeMember member = group.members.get(1);
    Secret wrong = Secret.random(32, random);
    MlsException.Invalid refusal =
        assertThrows(
            MlsException.Invalid.class,
            () ->
                PrivateTree.joined(
                    group.tree,
                    member.index(),
                    member.bundle.leafKey(),
                    group.members.getFirst().index(),
                    Optional.of(wrong)));
    assertEquals(Rule.PATH_SECRET_MATCHES, refusal.rule());
  }

  @Test
  void eachWayToSpoilAPathHasItsNamedRefusal() throws Exception {
    TreeGroup group = populated(4);
    TreeMember committer = group.members.get(3);
    LeafIndex sender = committer.index();
    NewPath path = newPath(group, committer);
    UpdatePath good = path.encrypt(new byte[] {1}, Set.of(), random);
    List<UpdatePath.Node> nodes = good.nodes();
    UpdatePath.Node first = nodes.getFirst();
    UpdatePath.Node last = nodes.getLast();
    HpkePublicKey fresh = TreeMember.SUITE.generateHpkeKeyPair(random).publicKey();
    HpkePublicKey taken = group.tree.member(group.members.getFirst().index()).encryptionKey();

    UpdatePath shorter = new UpdatePath(good.leafNode(), nodes.subList(1, nodes.size()));
    assertRefused(Rule.PATH_LENGTH, group, sender, shorter);
    UpdatePath otherKey =
        new UpdatePath(
            good.leafNode(),
            List.of(first, new UpdatePath.Node(fresh, last.encryptedPathSecrets())));
    assertRefused(Rule.PATH_PARENT_HASH, group, sender, otherKey);
    UpdatePath reused =
        new UpdatePath(
            good.leafNode(),
            List.of(first, new UpdatePath.Node(taken, last.encryptedPathSecrets())));
    assertRefused(Rule.PARENT_ENCRYPTION_KEY_UNIQUE, group, sender, reused);
    UpdatePath noCiphertext =
        new UpdatePath(
            good.leafNode(), List.of(first, new UpdatePath.Node(last.encryptionKey(), List.of())));
    assertRefused(Rule.PATH_CIPHERTEXT_COUNT, group, sender, noCiphertext);
    UpdatePath oldLeaf = new UpdatePath(group.tree.member(sender), nodes);
    assertRefused(Rule.LEAF_ENCRYPTION_KEY_REPLACED, group, sender, oldLeaf);
    LeafNode fromPackage = new TreeMember("other", random).leaf();
    assertRefused(Rule.LEAF_SOURCE, group, sender, new UpdatePath(fromPackage, nodes));
  }

  @Test
  void pathForABlankLeafThatIsNotTheFirstIsRefused() throws Exception {
    TreeGroup group = populated(5);
    LeafIndex next = group.tree.nextFreeLeaf();
    TreeMember joiner = new TreeMember("joiner", random);
    NewPath path =
        NewPath.create(
            group.tree,
            next,
            joiner.contentWith(joiner.bundle.leafKey()),
            TreeGroup.GROUP,
            joiner.keys,
            random);
    UpdatePath sent = path.encrypt(new byte[] {1}, Set.of(), random);
    assertRefused(Rule.PATH_SENDER_LEAF, group, new LeafIndex(next.value() + 1), sent);
  }

  @Test
  void ciphertextForOtherKeysOrContextsIsUndecryptable() throws Exception {
    TreeGroup group = populated(4);
    TreeMember committer = group.members.get(3);
    TreeMember receiver = group.members.getFirst();
    UpdatePath path = newPath(group, committer).encrypt(new byte[] {1}, Set.of(), random);
    RatchetTree merged = group.tree.merge(committer.index(), path, Set.of());
    assertThrows(
        MlsException.Undecryptable.class,
        () ->
            receiver.privateTree.receive(
                merged, committer.index(), path, new byte[] {2}, Set.of()));
  }

  @Test
  void pathSecretThatDoesNotGiveThePublicKeyIsRefused() throws Exception {
    TreeGroup group = populated(4);
    TreeMember committer = group.members.get(3);
    byte[] context = {1};
    UpdatePath good = newPath(group, committer).encrypt(context, Set.of(), random);
    TreeMember receiver = group.members.getFirst();
    HpkePublicKey recipient = group.tree.publicKey(new NodeIndex(1)).orElseThrow();
    HpkeCiphertext lie =
        TreeMember.SUITE.encryptWithLabel(
            recipient, "UpdatePathNode", context, new byte[32], random);
    UpdatePath.Node last = good.nodes().getLast();
    UpdatePath spoilt =
        new UpdatePath(
            good.leafNode(),
            List.of(
                good.nodes().getFirst(), new UpdatePath.Node(last.encryptionKey(), List.of(lie))));
    RatchetTree merged = group.tree.merge(committer.index(), spoilt, Set.of());
    MlsException.Invalid refusal =
        assertThrows(
            MlsException.Invalid.class,
            () ->
                receiver.privateTree.receive(merged, committer.index(), spoilt, context, Set.of()));
    assertEquals(Rule.PATH_SECRET_MATCHES, refusal.rule());
  }

  @Test
  void storedPrivateTreeThatIsCutShortIsMalformed() throws Exception {
    byte[] stored = populated(4).members.getFirst().privateTree.encode();
    for (int length = 0; length < stored.length; length++) {
      byte[] part = java.util.Arrays.copyOf(stored, length);
      assertThrows(
          MlsException.Malformed.class,
          () -> TlsReader.decodeAll(part, in -> PrivateTree.decode(TreeMember.SUITE, in)));
    }
  }

  private void assertRefused(Rule rule, TreeGroup group, LeafIndex sender, UpdatePath path) {
    MlsException.Invalid refusal =
        assertThrows(MlsException.Invalid.class, () -> group.tree.merge(sender, path, Set.of()));
    assertEquals(rule, refusal.rule());
  }

  private NewPath newPath(TreeGroup group, TreeMember committer) throws Exception {
    return NewPath.create(
        group.tree,
        committer.index(),
        committer.contentWith(committer.bundle.leafKey()),
        TreeGroup.GROUP,
        committer.keys,
        random);
  }

  /**
   * A group where every member has committed, so that no parent is blank that could be populated.
   */
  private TreeGroup populated(int size) throws Exception {
    TreeGroup group = new TreeGroup(new TreeMember("m0", random), random);
    for (int i = 1; i < size; i++) {
      group.commit(group.members.getFirst(), adding(new TreeMember("m" + i, random)), true);
    }
    for (TreeMember member : List.copyOf(group.members)) {
      group.commit(member, NOTHING, true);
    }
    return group;
  }

  private static TreeGroup.Changes adding(TreeMember joiner) {
    return new TreeGroup.Changes(List.of(joiner), List.of(), List.of());
  }

  private static List<TreeMember> take(List<TreeMember> from, Random choice, int limit) {
    List<TreeMember> taken = new ArrayList<>();
    for (int i = choice.nextInt(limit + 1); i > 0 && !from.isEmpty(); i--) {
      taken.add(from.remove(choice.nextInt(from.size())));
    }
    return taken;
  }
}
