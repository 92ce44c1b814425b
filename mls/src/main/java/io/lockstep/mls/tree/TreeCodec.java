package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ratchet_tree extension (RFC 9420 section 12.4.3.3): nodes in order, without blank ones at the
 * end.
 */
final class TreeCodec {
  private static final int LEAF = 1;
  private static final int PARENT = 2;

  private TreeCodec() {}

  static void encode(Subtree root, TlsWriter out) {
    out.vector(body -> write(root, new BlanksFirst(body)));
  }

  static RatchetTree decode(CipherSuite suite, TlsReader in) throws MlsException {
    List<Optional<Node>> nodes = in.list(each -> each.optional(Node::decode));
    if (nodes.isEmpty() || nodes.getLast().isEmpty()) {
      throw new MlsException.Malformed("the last node of a ratchet tree must not be blank");
    }
    int level = 0;
    while ((2 << level) - 1 < nodes.size()) {
      level++;
    }
    Builder builder = new Builder(suite, nodes);
    Subtree root = builder.build(level, 0);
    return new RatchetTree(suite, root, builder.keys);
  }

  private sealed interface Node {
    record Leaf(LeafNode leaf) implements Node {}

    record Parent(ParentNode parent) implements Node {}

    static Node decode(TlsReader in) throws MlsException {
      int type = in.uint8();
      return switch (type) {
        case LEAF -> new Leaf(LeafNode.decode(in));
        case PARENT -> new Parent(ParentNode.decode(in));
        default -> throw new MlsException.Malformed("node type " + type);
      };
    }
  }

  private static final class Builder {
    private final List<Optional<Node>> nodes;
    private TreeKeys keys;

    Builder(CipherSuite suite, List<Optional<Node>> nodes) {
      this.nodes = nodes;
      this.keys = TreeKeys.none(suite);
    }

    Subtree build(int level, int firstLeaf) throws MlsException {
      if (2 * firstLeaf >= nodes.size()) {
        return Subtree.blank(level);
      }
      int index = TreeMath.node(level, firstLeaf).value();
      Optional<Node> content = index < nodes.size() ? nodes.get(index) : Optional.empty();
      if (level == 0) {
        return leaf(content);
      }
      Subtree left = build(level - 1, firstLeaf);
      Subtree right = build(level - 1, firstLeaf + (1 << (level - 1)));
      ParentNode parent = parent(content);
      if (left.members() + right.members() > 0) {
        return Subtree.of(parent, left, right);
      }
      if (parent != null) {
        throw new MlsException.Invalid(Rule.PARENT_HASH_VALID, "parent above no member");
      }
      return Subtree.blank(level);
    }

    private Subtree leaf(Optional<Node> content) throws MlsException {
      if (content.isEmpty()) {
        return Subtree.blank(0);
      }
      if (!(content.get() instanceof Node.Leaf(LeafNode leaf))) {
        throw new MlsException.Malformed("parent in the place of a leaf");
      }
      keys = keys.withLeaf(leaf);
      return Subtree.of(leaf);
    }

    private ParentNode parent(Optional<Node> content) throws MlsException {
      if (content.isEmpty()) {
        return null;
      }
      if (!(content.get() instanceof Node.Parent(ParentNode parent))) {
        throw new MlsException.Malformed("leaf in the place of a parent");
      }
      keys = keys.withParents(List.of(parent.encryptionKey()));
      return parent;
    }
  }

  private static void write(Subtree at, BlanksFirst out) {
    if (at.members() == 0) {
      out.blanks(2L * at.span() - 1);
    } else if (at.level() == 0) {
      out.populated().uint8(LEAF).put(at.leaf());
    } else {
      write(at.left(), out);
      if (at.parent() == null) {
        out.blanks(1);
      } else {
        out.populated().uint8(PARENT).put(at.parent());
      }
      write(at.right(), out);
    }
  }

  /** Holds blank nodes back until a populated one follows. */
  private static final class BlanksFirst {
    private final TlsWriter out;
    private final List<Long> held = new ArrayList<>();

    BlanksFirst(TlsWriter out) {
      this.out = out;
    }

    void blanks(long count) {
      held.add(count);
    }

    TlsWriter populated() {
      for (long count : held) {
        for (long i = 0; i < count; i++) {
          out.uint8(0);
        }
      }
      held.clear();
      return out.uint8(1);
    }
  }
}
