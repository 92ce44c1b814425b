package io.lockstep.mls;

/**
 * Whether a GroupInfo carries the ratchet tree (RFC 9420 section 12.4.3.3). It always carries
 * external_pub.
 */
public enum GroupInfoContent {
  /** Joiners must get the tree elsewhere: {@link ReceiveContext#withRatchetTree}. */
  WITHOUT_TREE,
  /** Complete, and O(n) long. */
  WITH_TREE
}
