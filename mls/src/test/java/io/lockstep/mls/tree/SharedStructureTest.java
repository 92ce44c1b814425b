package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.message.UpdatePath;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What makes a Commit O(log n): all but the changed paths of a tree are the very objects of the
 * tree before.
 */
class SharedStructureTest {
  private static final int MEMBERS = 600;
  private final SecureRandom random = new SecureRandom();

  @Test
  void eachOperationMakesNewNodesOnOnePathOnly() throws Exception {
    TreeMember creator = new TreeMember("m0", random);
    RatchetTree tree = RatchetTree.of(TreeMember.SUITE, creator.leaf());
    for (int i = 1; i < MEMBERS; i++) {
      tree = tree.add(new TreeMember("m" + i, random).leaf()).tree();
    }
    assertEquals(1024, tree.leafCount());
    tree.treeHash();
    TreeMember joiner = new TreeMember("joiner", random);
    RatchetTree.Added added = tree.add(joiner.leaf());
    assertOnePath(tree, added.tree());
    LeafIndex middle = new LeafIndex(300);
    assertOnePath(added.tree(), added.tree().remove(middle));
    NewPath path = commit(added.tree(), added.leaf(), joiner);
    assertOnePath(added.tree(), path.tree());
    UpdatePath update = path.encrypt(new byte[0], Set.of(), random);
    assertOnePath(added.tree(), added.tree().merge(added.leaf(), update, Set.of()));
  }

  private NewPath commit(RatchetTree tree, LeafIndex self, TreeMember member) throws Exception {
    LeafNode.Content content = member.contentWith(member.bundle.leafKey());
    return NewPath.create(tree, self, content, TreeGroup.GROUP, member.keys, random);
  }

  private static void assertOnePath(RatchetTree before, RatchetTree after) {
    before.treeHash();
    Set<Subtree> known = Collections.newSetFromMap(new IdentityHashMap<>());
    collect(before.root(), known);
    Set<Subtree> made = Collections.newSetFromMap(new IdentityHashMap<>());
    collect(after.root(), made);
    made.removeAll(List.copyOf(known));
    int levels = after.root().level() + 1;
    assertTrue(made.size() <= levels, made.size() + " new nodes for " + levels + " levels");
  }

  /** Blank subtrees are made as someone looks into them, so only those with members count. */
  private static void collect(Subtree at, Set<Subtree> into) {
    if (at.members() == 0) {
      return;
    }
    into.add(at);
    if (at.level() > 0) {
      collect(at.left(), into);
      collect(at.right(), into);
    }
  }
}
