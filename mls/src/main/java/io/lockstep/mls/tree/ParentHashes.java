package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Parent hashes (RFC 9420 section 7.9). */
final class ParentHashes {
  private final RatchetTree tree;
  private final CipherSuite suite;

  private ParentHashes(RatchetTree tree) {
    this.tree = tree;
    this.suite = tree.suite();
  }

  /** Hash of ParentHashInput. */
  static byte[] of(CipherSuite suite, ParentNode parent, byte[] originalSiblingTreeHash) {
    TlsWriter out = new TlsWriter(160).put(parent.encryptionKey());
    out.opaque(parent.parentHash()).opaque(originalSiblingTreeHash);
    return suite.hash(out.toByteArray());
  }

  static void checkLeaf(LeafNode leaf, byte[] expected) throws MlsException.Invalid {
    LeafRules.checkFromCommit(leaf);
    if (!(leaf.source() instanceof LeafNodeSource.FromCommit fromCommit)
        || !MessageDigest.isEqual(fromCommit.parentHash(), expected)) {
      throw new MlsException.Invalid(Rule.PATH_PARENT_HASH, "not that of the new path");
    }
  }

  /**
   * Every populated parent must have exactly one node below that carries its hash (section 7.9.2).
   * Since that node is a leaf or itself such a parent, each chain ends at a leaf, whose signature
   * covers it.
   */
  static void verify(RatchetTree tree) throws MlsException.Invalid {
    new ParentHashes(tree).verify(tree.root(), 0);
  }

  private void verify(Subtree at, int firstLeaf) throws MlsException.Invalid {
    if (at.level() == 0 || at.members() == 0) {
      return;
    }
    int middle = firstLeaf + at.half();
    verify(at.left(), firstLeaf);
    verify(at.right(), middle);
    if (at.parent() == null) {
      return;
    }
    boolean fromLeft = covers(at.parent(), at.left(), firstLeaf, at.right(), middle);
    boolean fromRight = covers(at.parent(), at.right(), middle, at.left(), firstLeaf);
    if (fromLeft == fromRight) {
      throw new MlsException.Invalid(
          Rule.PARENT_HASH_VALID, TreeMath.node(at.level(), firstLeaf) + " has no chain");
    }
  }

  /** Whether a node below {@code child} was set together with {@code parent}. */
  private boolean covers(
      ParentNode parent, Subtree child, int childFirst, Subtree sibling, int siblingFirst) {
    int[] unmerged = parent.unmergedBetween(childFirst, childFirst + child.span());
    List<NodeIndex> resolution = new ArrayList<>();
    child.resolve(childFirst, resolution::add);
    if (resolution.size() != unmerged.length + 1) {
      return false;
    }
    resolution.removeIf(node -> node.isLeaf() && parent.isUnmerged(node.leaf().value()));
    if (resolution.size() != 1) {
      return false;
    }
    int[] blanked = parent.unmergedBetween(siblingFirst, siblingFirst + sibling.span());
    byte[] expected = of(suite, parent, hashWithout(sibling, siblingFirst, blanked));
    return MessageDigest.isEqual(expected, hashCarriedBy(resolution.getFirst()));
  }

  /** A value that no hash equals, if the node carries none. */
  private byte[] hashCarriedBy(NodeIndex node) {
    if (!node.isLeaf()) {
      return tree.parent(node).map(ParentNode::parentHash).orElseGet(() -> new byte[0]);
    }
    return tree.leaf(node.leaf()).orElseThrow().source() instanceof LeafNodeSource.FromCommit commit
        ? commit.parentHash()
        : new byte[0];
  }

  /**
   * Tree hash as if the leaves {@code blanked} (in increasing order) were blank and unmerged
   * nowhere.
   */
  private byte[] hashWithout(Subtree at, int firstLeaf, int[] blanked) {
    int[] here = between(blanked, firstLeaf, firstLeaf + at.span());
    if (here.length == 0) {
      return at.hash(suite, firstLeaf);
    }
    if (at.level() == 0) {
      return Subtree.leafHash(suite, firstLeaf, null);
    }
    ParentNode parent = at.parent() == null ? null : at.parent().withoutUnmerged(here);
    return Subtree.parentHash(
        suite,
        parent,
        hashWithout(at.left(), firstLeaf, here),
        hashWithout(at.right(), firstLeaf + at.half(), here));
  }

  private static int[] between(int[] sorted, int from, int to) {
    int count = 0;
    int[] kept = new int[sorted.length];
    for (int leaf : sorted) {
      if (leaf >= from && leaf < to) {
        kept[count++] = leaf;
      }
    }
    return java.util.Arrays.copyOf(kept, count);
  }
}
