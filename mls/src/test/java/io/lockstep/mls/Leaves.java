package io.lockstep.mls;

import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.LeafNodeSource;

/** Leaves of paths that are properly signed and carry what an honest client would not put there. */
final class Leaves {
  private Leaves() {}

  /** In the place of {@code honest}, the leaf of a member's own path, with its parent hash. */
  static LeafNode like(LeafNode honest, LeafNode.Content content, TestClient signer) {
    return at(signer.leaf(), honest, content, signer);
  }

  static LeafNode at(
      LeafIndex place, LeafNode honest, LeafNode.Content content, TestClient signer) {
    byte[] parentHash = ((LeafNodeSource.FromCommit) honest.source()).parentHash();
    return LeafNode.forCommit(content, parentHash, TestClient.GROUP_ID, place, signer.keys);
  }
}
