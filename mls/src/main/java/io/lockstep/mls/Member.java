package io.lockstep.mls;

import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;

/** A member of a group in one epoch. Leaf indices are used again after a removal. */
public record Member(LeafIndex leaf, Credential credential, SignaturePublicKey signatureKey) {
  static Member of(LeafIndex leaf, LeafNode node) {
    return new Member(leaf, node.credential(), node.signatureKey());
  }
}
