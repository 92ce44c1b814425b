package io.lockstep.mls.tree;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A node with all below it. Immutable; a changed tree shares every subtree that did not change,
 * with its cached hash. Does not know where it stands: callers pass the index of its first leaf,
 * which never changes for a given object.
 */
abstract sealed class Subtree {
  private static final int NODE_TYPE_LEAF = 1;
  private static final int NODE_TYPE_PARENT = 2;

  /**
   * Support is kept from this level up. Below, where members' GREASE still makes every set another
   * one, it is collected again: from at most 16 members.
   */
  private static final int SUPPORT_LEVEL_MIN = 4;

  /** 0 for leaves. */
  abstract int level();

  /** Number of leaves that are not blank. */
  abstract int members();

  abstract Subtree left();

  abstract Subtree right();

  /** Null if this node is blank or a leaf. */
  abstract ParentNode parent();

  /** Null if this is a blank leaf or no leaf. */
  abstract LeafNode leaf();

  /** Empty if there is no member below. */
  abstract Optional<Support> support();

  /** The tree hash (RFC 9420 section 7.8). Not to be changed by the caller. */
  abstract byte[] hash(CipherSuite suite, int firstLeaf);

  final int span() {
    return 1 << level();
  }

  final int half() {
    return span() / 2;
  }

  final boolean isFull() {
    return members() == span();
  }

  static Subtree blank(int level) {
    return new Blank(level);
  }

  static Subtree of(LeafNode leaf) {
    return new Leaf(leaf);
  }

  /** {@code parent} null for a blank node. Without members below, it is all blank. */
  static Subtree of(ParentNode parent, Subtree left, Subtree right) {
    return left.members() + right.members() == 0
        ? new Blank(left.level() + 1, left, right)
        : new Inner(parent, left, right);
  }

  static byte[] leafHash(CipherSuite suite, int index, LeafNode leaf) {
    TlsWriter out = new TlsWriter(512).uint8(NODE_TYPE_LEAF).uint32(index);
    return suite.hash(out.optional(Optional.ofNullable(leaf)).toByteArray());
  }

  static byte[] parentHash(CipherSuite suite, ParentNode parent, byte[] left, byte[] right) {
    TlsWriter out = new TlsWriter(256).uint8(NODE_TYPE_PARENT);
    out.optional(Optional.ofNullable(parent)).opaque(left).opaque(right);
    return suite.hash(out.toByteArray());
  }

  /**
   * The nearest populated nodes that cover all members below, left to right (RFC 9420 section
   * 4.1.1).
   */
  final void resolve(int firstLeaf, Consumer<NodeIndex> each) {
    if (members() == 0) {
      return;
    }
    if (level() == 0) {
      each.accept(TreeMath.node(0, firstLeaf));
    } else if (parent() == null) {
      left().resolve(firstLeaf, each);
      right().resolve(firstLeaf + half(), each);
    } else {
      each.accept(TreeMath.node(level(), firstLeaf));
      for (int i = 0; i < parent().unmergedCount(); i++) {
        each.accept(TreeMath.node(0, parent().unmerged(i)));
      }
    }
  }

  /** Caches nothing: its hash is that of one block or a few, and there are as many as members. */
  private static final class Leaf extends Subtree {
    private final LeafNode leaf;

    Leaf(LeafNode leaf) {
      this.leaf = leaf;
    }

    @Override
    int level() {
      return 0;
    }

    @Override
    int members() {
      return 1;
    }

    @Override
    Subtree left() {
      throw new IllegalStateException("a leaf has no children");
    }

    @Override
    Subtree right() {
      throw new IllegalStateException("a leaf has no children");
    }

    @Override
    ParentNode parent() {
      return null;
    }

    @Override
    LeafNode leaf() {
      return leaf;
    }

    @Override
    Optional<Support> support() {
      return Optional.of(Support.of(leaf));
    }

    @Override
    byte[] hash(CipherSuite suite, int firstLeaf) {
      return leafHash(suite, firstLeaf, leaf);
    }
  }

  private static final class Inner extends Subtree {
    private final ParentNode parent;
    private final Subtree left;
    private final Subtree right;
    private final int level;
    private final int members;
    private volatile byte[] hash;
    private volatile Support support;

    Inner(ParentNode parent, Subtree left, Subtree right) {
      this.parent = parent;
      this.left = left;
      this.right = right;
      this.level = left.level() + 1;
      this.members = left.members() + right.members();
    }

    @Override
    int level() {
      return level;
    }

    @Override
    int members() {
      return members;
    }

    @Override
    Subtree left() {
      return left;
    }

    @Override
    Subtree right() {
      return right;
    }

    @Override
    ParentNode parent() {
      return parent;
    }

    @Override
    LeafNode leaf() {
      return null;
    }

    @Override
    Optional<Support> support() {
      Support known = support;
      if (known == null) {
        Optional<Support> a = left.support();
        Optional<Support> b = right.support();
        known = b.isEmpty() ? a.orElseThrow() : a.map(b.get()::and).orElse(b.get());
        if (level >= SUPPORT_LEVEL_MIN) {
          support = known;
        }
      }
      return Optional.of(known);
    }

    @Override
    byte[] hash(CipherSuite suite, int firstLeaf) {
      byte[] known = hash;
      if (known == null) {
        known =
            parentHash(
                suite, parent, left.hash(suite, firstLeaf), right.hash(suite, firstLeaf + half()));
        hash = known;
      }
      return known;
    }
  }

  /**
   * A subtree without any content. One that became blank keeps its children for their hashes; one
   * that was never used has none, so that a large blank tree costs no memory.
   */
  private static final class Blank extends Subtree {
    private final int level;
    private final Subtree left;
    private final Subtree right;
    private volatile byte[] hash;

    Blank(int level) {
      this(level, null, null);
    }

    Blank(int level, Subtree left, Subtree right) {
      this.level = level;
      this.left = left;
      this.right = right;
    }

    @Override
    int level() {
      return level;
    }

    @Override
    int members() {
      return 0;
    }

    @Override
    Subtree left() {
      return left == null ? new Blank(level - 1) : left;
    }

    @Override
    Subtree right() {
      return right == null ? new Blank(level - 1) : right;
    }

    @Override
    ParentNode parent() {
      return null;
    }

    @Override
    LeafNode leaf() {
      return null;
    }

    @Override
    Optional<Support> support() {
      return Optional.empty();
    }

    @Override
    byte[] hash(CipherSuite suite, int firstLeaf) {
      byte[] known = hash;
      if (known == null) {
        known =
            level == 0
                ? leafHash(suite, firstLeaf, null)
                : parentHash(
                    suite,
                    null,
                    left().hash(suite, firstLeaf),
                    right().hash(suite, firstLeaf + half()));
        hash = known;
      }
      return known;
    }
  }
}
