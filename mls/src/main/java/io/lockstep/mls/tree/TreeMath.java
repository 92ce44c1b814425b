package io.lockstep.mls.tree;

/**
 * Arithmetic of node indices in a full binary tree (RFC 9420 appendix C). A node at level k has k
 * one bits at its low end.
 */
public final class TreeMath {
  private TreeMath() {}

  /** Nodes of a tree with {@code leafCount} leaves, a power of two. */
  public static int nodeCount(int leafCount) {
    return 2 * leafCount - 1;
  }

  public static NodeIndex root(int leafCount) {
    return new NodeIndex(leafCount - 1);
  }

  /** 0 for leaves. */
  public static int level(NodeIndex node) {
    return Integer.numberOfTrailingZeros(~node.value());
  }

  /** The leftmost leaf below the node, or the leaf itself. */
  public static int firstLeaf(NodeIndex node) {
    return (node.value() - ((1 << level(node)) - 1)) / 2;
  }

  static NodeIndex node(int level, int firstLeaf) {
    return new NodeIndex(2 * firstLeaf + (1 << level) - 1);
  }

  /** IllegalArgumentException for a leaf. */
  public static NodeIndex left(NodeIndex node) {
    return new NodeIndex(node.value() - halfSpan(node));
  }

  /** IllegalArgumentException for a leaf. */
  public static NodeIndex right(NodeIndex node) {
    return new NodeIndex(node.value() + halfSpan(node));
  }

  /** As if the tree went on to the right without end: the root has a parent too. */
  public static NodeIndex parent(NodeIndex node) {
    int level = level(node);
    int x = node.value();
    return new NodeIndex((x | (1 << level)) & ~(1 << (level + 1)));
  }

  public static NodeIndex sibling(NodeIndex node) {
    NodeIndex parent = parent(node);
    return node.value() < parent.value() ? right(parent) : left(parent);
  }

  /** Whether {@code leaf} is below {@code node} or is it. */
  public static boolean contains(NodeIndex node, LeafIndex leaf) {
    int offset = leaf.value() - firstLeaf(node);
    return offset >= 0 && offset < 1 << level(node);
  }

  private static int halfSpan(NodeIndex node) {
    int level = level(node);
    if (level == 0) {
      throw new IllegalArgumentException(node + " is a leaf");
    }
    return 1 << (level - 1);
  }
}
