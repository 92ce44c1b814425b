package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.IndexedChanges;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import java.util.List;
import java.util.NavigableMap;

/** A stored tree: its populated nodes, each by itself, so that a change writes few of them. */
final class TreeRecords {
  private TreeRecords() {}

  /** Nodes in which {@code now} differs from {@code before}. Shared subtrees are not entered. */
  static void changes(Subtree before, Subtree now, IndexedChanges out) {
    int level = Math.max(before.level(), now.level());
    changes(atLevel(level, before), atLevel(level, now), 0, out);
  }

  private static Subtree atLevel(int level, Subtree root) {
    Subtree at = root;
    while (at.level() < level) {
      at = Subtree.of(null, at, Subtree.blank(at.level()));
    }
    return at;
  }

  private static void changes(Subtree before, Subtree now, int firstLeaf, IndexedChanges out) {
    if (IndexedChanges.same(before, now) || before.members() + now.members() == 0) {
      return;
    }
    int index = TreeMath.node(now.level(), firstLeaf).value();
    if (now.level() == 0) {
      change(before.leaf(), now.leaf(), index, out);
      return;
    }
    change(before.parent(), now.parent(), index, out);
    changes(before.left(), now.left(), firstLeaf, out);
    changes(before.right(), now.right(), firstLeaf + now.half(), out);
  }

  /** Null stands for a blank node. */
  private static void change(Encodable before, Encodable now, int index, IndexedChanges out) {
    if (IndexedChanges.same(before, now)) {
      return;
    }
    if (now == null) {
      out.delete(index);
    } else {
      out.put(index, now.encode());
    }
  }

  /**
   * The leaf count is compared first: blank nodes are not stored, so a node in a wrong place could
   * make a tree that is far larger than its records.
   */
  static RatchetTree read(CipherSuite suite, long leafCount, NavigableMap<Long, byte[]> nodes)
      throws MlsException {
    if (nodes.isEmpty() || nodes.lastKey() >= 2L * LeafIndex.LIMIT - 1) {
      throw new MlsException.Malformed("no nodes of a tree, or one beyond any tree");
    }
    int level = 0;
    while ((2L << level) - 1 <= nodes.lastKey()) {
      level++;
    }
    if (leafCount != 1L << level) {
      throw new MlsException.Malformed("a stored tree of another size than its group's");
    }
    Reader reader = new Reader(suite, nodes);
    Subtree root = reader.read(level, 0);
    if (root.members() == 0) {
      throw new MlsException.Malformed("a stored tree without members");
    }
    return new RatchetTree(suite, root, reader.keys);
  }

  private static final class Reader {
    private final NavigableMap<Long, byte[]> nodes;
    private TreeKeys keys;

    Reader(CipherSuite suite, NavigableMap<Long, byte[]> nodes) {
      this.nodes = nodes;
      this.keys = TreeKeys.none(suite);
    }

    Subtree read(int level, int firstLeaf) throws MlsException {
      long first = 2L * firstLeaf;
      long last = first + (2L << level) - 2;
      Long next = nodes.ceilingKey(first);
      if (next == null || next > last) {
        return Subtree.blank(level);
      }
      if (level == 0) {
        LeafNode leaf = TlsReader.decodeAll(nodes.get(first), LeafNode::decode);
        keys = keys.withLeaf(leaf);
        return Subtree.of(leaf);
      }
      Subtree left = read(level - 1, firstLeaf);
      Subtree right = read(level - 1, firstLeaf + (1 << (level - 1)));
      ParentNode parent = parent(nodes.get(first + (1L << level) - 1));
      if (parent != null && left.members() + right.members() == 0) {
        throw new MlsException.Malformed("a stored parent above no member");
      }
      return Subtree.of(parent, left, right);
    }

    private ParentNode parent(byte[] encoded) throws MlsException {
      if (encoded == null) {
        return null;
      }
      ParentNode parent = TlsReader.decodeAll(encoded, ParentNode::decode);
      keys = keys.withParents(List.of(parent.encryptionKey()));
      return parent;
    }
  }
}
