package io.lockstep.mls;

/**
 * Whether a GroupInfo carries the ratchet tree (RFC 9420 section 12.4.3.3). It always carries
 * external_pub.
 */
public enum GroupInfoContent {
  WITHOUT_TREE,
  WITH_TREE
}
