package io.lockstep.mls.tree;

/**
 * Copies the path from the root to one leaf, puts a new leaf at its end and lets a subclass change
 * each parent on the way.
 */
abstract class PathEdit {
  private final Subtree newLeaf;

  PathEdit(Subtree newLeaf) {
    this.newLeaf = newLeaf;
  }

  /** The new content of a populated parent on the path; null to blank it. */
  abstract ParentNode above(ParentNode parent);

  final Subtree apply(Subtree root, LeafIndex leaf) {
    return apply(root, leaf.value());
  }

  private Subtree apply(Subtree at, int rest) {
    if (at.level() == 0) {
      return newLeaf;
    }
    ParentNode parent = at.parent() == null ? null : above(at.parent());
    return rest < at.half()
        ? Subtree.of(parent, apply(at.left(), rest), at.right())
        : Subtree.of(parent, at.left(), apply(at.right(), rest - at.half()));
  }
}
