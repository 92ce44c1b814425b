package io.lockstep.mls.tree;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import java.util.List;

/**
 * Sets new keys on a filtered direct path; parent hashes are computed on the way down from the root
 * (RFC 9420 section 7.9).
 */
final class PathMerge {
  private static final byte[] NO_HASH = {};

  private final CipherSuite suite;
  private final LeafIndex sender;
  private final List<HpkePublicKey> keys;

  /** Position in {@link #keys} behind the key for the next parent: they are used from the end. */
  private int left;

  private byte[] leafParentHash = NO_HASH;

  PathMerge(CipherSuite suite, LeafIndex sender, List<HpkePublicKey> keys) {
    this.suite = suite;
    this.sender = sender;
    this.keys = keys;
    this.left = keys.size();
  }

  Subtree apply(Subtree root) {
    return apply(root, 0, NO_HASH);
  }

  byte[] leafParentHash() {
    return leafParentHash;
  }

  private Subtree apply(Subtree at, int firstLeaf, byte[] hashAbove) {
    if (at.level() == 0) {
      leafParentHash = hashAbove;
      return at;
    }
    int middle = firstLeaf + at.half();
    boolean goLeft = sender.value() < middle;
    Subtree sibling = goLeft ? at.right() : at.left();
    ParentNode parent = null;
    byte[] hash = hashAbove;
    if (sibling.members() > 0) {
      HpkePublicKey key = keys.get(--left);
      parent = ParentNode.fresh(key, hashAbove);
      byte[] siblingHash = sibling.hash(suite, goLeft ? middle : firstLeaf);
      hash = ParentHashes.of(suite, parent, siblingHash);
    }
    // A parent above the sender's blank leaf only would be dropped if its subtree were empty; it is
    // not, the sibling has members.
    return goLeft
        ? Subtree.of(parent, apply(at.left(), firstLeaf, hash), sibling)
        : Subtree.of(parent, sibling, apply(at.right(), middle, hash));
  }
}
