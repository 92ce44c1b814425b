package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/** A leaf's place, counted from the left from 0 (RFC 9420 section 4.1.1). */
public record LeafIndex(int value) implements Encodable, Comparable<LeafIndex> {
  /** One above the largest index: a tree of so many leaves has 2^31 - 1 nodes. */
  public static final int LIMIT = 1 << 30;

  public LeafIndex {
    if (value < 0 || value >= LIMIT) {
      throw new IllegalArgumentException(value + " is no leaf index");
    }
  }

  /** Malformed for an index that no tree can have, so that nothing is ever sized by it. */
  public static LeafIndex decode(TlsReader in) throws MlsException.Malformed {
    long value = in.uint32();
    if (value >= LIMIT) {
      throw new MlsException.Malformed("leaf index " + value + " is beyond any tree");
    }
    return new LeafIndex((int) value);
  }

  public NodeIndex node() {
    return new NodeIndex(2 * value);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint32(value);
  }

  @Override
  public int compareTo(LeafIndex other) {
    return Integer.compare(value, other.value);
  }
}
