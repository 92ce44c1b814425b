package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.mls.GroupId;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.UpdatePath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Members who commit to each other; after each Commit all must have the same secret and a tree that
 * a joiner would accept.
 */
final class TreeGroup {
  static final GroupId GROUP = new GroupId(new byte[] {7});

  final SecureRandom random;
  final List<TreeMember> members = new ArrayList<>();
  RatchetTree tree;

  TreeGroup(TreeMember creator, SecureRandom random) throws Exception {
    this.random = random;
    this.tree = RatchetTree.of(TreeMember.SUITE, creator.leaf());
    creator.privateTree =
        PrivateTree.of(TreeMember.SUITE, new LeafIndex(0), creator.bundle.leafKey());
    members.add(creator);
  }

  /** What a Commit does besides its path. */
  record Changes(List<TreeMember> added, List<TreeMember> removed, List<TreeMember> updated) {}

  void commit(TreeMember committer, Changes changes, boolean withPath) throws Exception {
    byte[] before = tree.encode();
    RatchetTree old = tree;
    RatchetTree next = tree;
    Map<TreeMember, HpkeKeyPair> newKeys = new HashMap<>();
    for (TreeMember member : changes.updated) {
      HpkeKeyPair key = TreeMember.SUITE.generateHpkeKeyPair(random);
      newKeys.put(member, key);
      LeafNode leaf =
          LeafNode.forUpdate(member.contentWith(key), GROUP, member.index(), member.keys);
      TreeRules.checkUpdateLeaf(next, member.index(), leaf, GROUP, new TrustEveryone());
      next = next.update(member.index(), leaf);
    }
    for (TreeMember member : changes.removed) {
      next = next.remove(member.index());
      members.remove(member);
    }
    Set<LeafIndex> added = new TreeSet<>();
    Map<TreeMember, LeafIndex> places = new HashMap<>();
    for (TreeMember joiner : changes.added) {
      RatchetTree.Added result = next.add(joiner.leaf());
      next = result.tree();
      added.add(result.leaf());
      places.put(joiner, result.leaf());
    }
    for (TreeMember member : members) {
      member.privateTree = member.privateTree.retained(next);
      if (newKeys.containsKey(member)) {
        member.privateTree = member.privateTree.withLeafKey(newKeys.get(member));
      }
    }
    tree = next;
    Optional<NewPath> path = withPath ? Optional.of(applyPath(committer, added)) : Optional.empty();
    for (TreeMember joiner : changes.added) {
      LeafIndex self = places.get(joiner);
      Optional<Secret> secret = path.map(each -> each.pathSecretFor(self));
      joiner.privateTree =
          PrivateTree.joined(tree, self, joiner.bundle.leafKey(), committer.index(), secret);
      members.add(joiner);
    }
    path.ifPresent(NewPath::close);
    assertArrayEquals(before, old.encode(), "the old tree must not change");
    checkInvariants();
  }

  private NewPath applyPath(TreeMember committer, Set<LeafIndex> added) throws Exception {
    LeafNode.Content content = committer.contentWith(committer.bundle.leafKey());
    NewPath path = NewPath.create(tree, committer.index(), content, GROUP, committer.keys, random);
    byte[] context = path.tree().treeHash();
    UpdatePath sent = path.encrypt(context, added, random);
    UpdatePath received = TlsReader.decodeAll(sent.encode(), UpdatePath::decode);
    TreeRules.checkCommitLeaf(
        tree, committer.index(), received.leafNode(), GROUP, new TrustEveryone());
    RatchetTree merged = tree.merge(committer.index(), received, added);
    assertArrayEquals(path.tree().encode(), merged.encode());
    for (TreeMember member : members) {
      if (member == committer) {
        member.privateTree = path.privateTree();
        continue;
      }
      PrivateTree.Received result =
          member.privateTree.receive(merged, committer.index(), received, context, added);
      assertEquals(path.commitSecret(), result.commitSecret(), () -> member + " disagrees");
      member.privateTree = result.privateTree();
    }
    tree = merged;
    return path;
  }

  private void checkInvariants() throws Exception {
    TreeRules.checkTree(tree, GROUP, new TrustEveryone());
    TreeRules.checkSupport(tree, List.of());
    byte[] encoded = tree.encode();
    RatchetTree decoded = RatchetTree.decode(TreeMember.SUITE, encoded);
    assertArrayEquals(tree.treeHash(), decoded.treeHash(), "cached hashes must be right");
    assertArrayEquals(encoded, decoded.encode());
    assertEquals(tree.keyCount(), decoded.keyCount(), "the key set must match the tree");
    assertEquals(tree.support(), decoded.support());
    assertEquals(members.size(), tree.memberCount());
    for (TreeMember member : members) {
      assertEquals(member.privateTree.toString(), member.privateTree.retained(tree).toString());
      byte[] stored = member.privateTree.encode();
      PrivateTree loaded =
          TlsReader.decodeAll(stored, in -> PrivateTree.decode(TreeMember.SUITE, in));
      assertArrayEquals(stored, loaded.encode());
    }
  }
}
