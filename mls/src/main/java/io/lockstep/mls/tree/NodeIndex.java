package io.lockstep.mls.tree;

/**
 * A node's place in the in-order enumeration of RFC 9420 appendix C: leaves are even, parents odd.
 */
public record NodeIndex(int value) implements Comparable<NodeIndex> {
  public NodeIndex {
    if (value < 0) {
      throw new IllegalArgumentException(value + " is no node index");
    }
  }

  public boolean isLeaf() {
    return (value & 1) == 0;
  }

  /** IllegalStateException for a parent. */
  public LeafIndex leaf() {
    if (!isLeaf()) {
      throw new IllegalStateException(this + " is a parent");
    }
    return new LeafIndex(value / 2);
  }

  @Override
  public int compareTo(NodeIndex other) {
    return Integer.compare(value, other.value);
  }
}
