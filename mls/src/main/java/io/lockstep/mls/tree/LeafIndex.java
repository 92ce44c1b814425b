package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/**
 * A leaf's place, counted from the left from 0 (RFC 9420 section 4.1.1): any uint32, since messages
 * may name leaves that no tree has. {@code value} is unsigned, so those from 2^31 on are negative;
 * that of a leaf which {@link RatchetTree#leaf} finds is below {@link #LIMIT}.
 */
public record LeafIndex(int value) implements Encodable, Comparable<LeafIndex> {
  /**
   * One above the largest index that a tree can have: with so many leaves it has 2^31 - 1 nodes.
   */
  public static final int LIMIT = 1 << 30;

  public static LeafIndex decode(TlsReader in) throws MlsException.Malformed {
    return new LeafIndex((int) in.uint32());
  }

  /** Whether a tree of {@code leafCount} leaves has it. */
  public boolean isBelow(int leafCount) {
    return Integer.compareUnsigned(value, leafCount) < 0;
  }

  /** IllegalStateException for an index that no tree can have. */
  public NodeIndex node() {
    if (!isBelow(LIMIT)) {
      throw new IllegalStateException(this + " is beyond any tree");
    }
    return new NodeIndex(2 * value);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint32(Integer.toUnsignedLong(value));
  }

  @Override
  public int compareTo(LeafIndex other) {
    return Integer.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return "leaf " + Integer.toUnsignedString(value);
  }
}
