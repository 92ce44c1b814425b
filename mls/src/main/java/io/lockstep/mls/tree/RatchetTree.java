package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.IndexedChanges;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.message.UpdatePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The public ratchet tree (RFC 9420 section 7): immutable, with shared structure and cached hashes,
 * so that a change of one leaf costs O(log n) and any number of threads may read one tree.
 *
 * <p>Invariants, held by every operation but one: some leaf is populated, no populated parent is
 * above blank leaves only, no key occurs twice (sections 7.3 and 16.7; proposals are applied one by
 * one, so a key must be gone before another leaf takes it).
 */
public final class RatchetTree implements Encodable {
  private final CipherSuite suite;
  private final Subtree root;
  private final TreeKeys keys;

  RatchetTree(CipherSuite suite, Subtree root, TreeKeys keys) {
    this.suite = suite;
    this.root = root;
    this.keys = keys;
  }

  /** The tree of a new group: its creator only. */
  public static RatchetTree of(CipherSuite suite, LeafNode creator) throws MlsException.Invalid {
    return new RatchetTree(suite, Subtree.of(creator), TreeKeys.none(suite).withLeaf(creator));
  }

  /**
   * From the data of a ratchet_tree extension. Checks form and invariants; {@link TreeRules} checks
   * the rest.
   */
  public static RatchetTree decode(CipherSuite suite, byte[] data) throws MlsException {
    return TlsReader.decodeAll(data, in -> decode(suite, in));
  }

  public static RatchetTree decode(CipherSuite suite, TlsReader in) throws MlsException {
    return TreeCodec.decode(suite, in);
  }

  /** The data of a ratchet_tree extension (section 12.4.3.3). */
  @Override
  public void encodeTo(TlsWriter out) {
    TreeCodec.encode(root, out);
  }

  // Storing

  /**
   * Every populated node of this tree that is another one than in {@code before}, and every one
   * that was there and is blank now. Trees that follow from one another share what did not change,
   * so this looks at O(log n) nodes for each changed leaf.
   */
  public void changesSince(Optional<RatchetTree> before, IndexedChanges out) {
    TreeRecords.changes(before.map(tree -> tree.root).orElseGet(() -> Subtree.blank(0)), root, out);
  }

  /**
   * From nodes by index, as {@link #changesSince} gave them, and the number of leaves. Checks form
   * and invariants, no signatures.
   */
  public static RatchetTree ofNodes(
      CipherSuite suite, long leafCount, NavigableMap<Long, byte[]> nodes) throws MlsException {
    return TreeRecords.read(suite, leafCount, nodes);
  }

  // Looking

  public CipherSuite suite() {
    return suite;
  }

  /** Leaves, blank ones included: a power of two. */
  public int leafCount() {
    return root.span();
  }

  public int memberCount() {
    return root.members();
  }

  /** Empty for a blank leaf and for one beyond the tree. */
  public Optional<LeafNode> leaf(LeafIndex leaf) {
    return leaf.isBelow(leafCount())
        ? Optional.ofNullable(subtree(leaf.node()).leaf())
        : Optional.empty();
  }

  /** The leaf, or Invalid: for rules that speak of a member's leaf. */
  public LeafNode member(LeafIndex leaf) throws MlsException.Invalid {
    return leaf(leaf)
        .orElseThrow(
            () -> new MlsException.Invalid(Rule.LEAF_POPULATED, leaf + " is of no member"));
  }

  public Optional<ParentNode> parent(NodeIndex node) {
    return Optional.ofNullable(subtree(node).parent());
  }

  /** Of a leaf or a parent; empty for a blank node. */
  public Optional<HpkePublicKey> publicKey(NodeIndex node) {
    Subtree at = subtree(node);
    if (at.leaf() != null) {
      return Optional.of(at.leaf().encryptionKey());
    }
    return Optional.ofNullable(at.parent()).map(ParentNode::encryptionKey);
  }

  public byte[] treeHash() {
    return root.hash(suite, 0).clone();
  }

  byte[] treeHash(NodeIndex node) {
    return subtree(node).hash(suite, TreeMath.firstLeaf(node)).clone();
  }

  /** All members from left to right. */
  public void forEachMember(BiConsumer<LeafIndex, LeafNode> each) {
    forEachMember(root, 0, each);
  }

  public List<LeafIndex> memberIndices() {
    List<LeafIndex> indices = new ArrayList<>(memberCount());
    forEachMember((index, leaf) -> indices.add(index));
    return indices;
  }

  /**
   * Where exactly this leaf stands: how a joiner finds its own (section 12.4.3.1). Looks at every
   * member.
   */
  public Optional<LeafIndex> find(LeafNode wanted) {
    List<LeafIndex> found = new ArrayList<>(1);
    forEachMember(
        (index, leaf) -> {
          if (leaf.equals(wanted)) {
            found.add(index);
          }
        });
    return found.stream().findFirst();
  }

  /**
   * The populated nodes that cover all members below {@code node}, in the order of section 4.1.1.
   */
  public List<NodeIndex> resolution(NodeIndex node) {
    List<NodeIndex> resolution = new ArrayList<>();
    subtree(node).resolve(TreeMath.firstLeaf(node), resolution::add);
    return resolution;
  }

  /** The same without leaves that this Commit adds: nobody encrypts to them (section 7.5). */
  List<NodeIndex> resolution(NodeIndex node, Set<LeafIndex> added) {
    List<NodeIndex> resolution = resolution(node);
    resolution.removeIf(each -> each.isLeaf() && added.contains(each.leaf()));
    return resolution;
  }

  /** From the lowest up. {@code leaf} may be blank, but not beyond the tree. */
  List<PathStep> filteredPath(LeafIndex leaf) {
    List<PathStep> path = new ArrayList<>();
    for (NodeIndex child = leaf.node();
        TreeMath.level(child) < root.level();
        child = TreeMath.parent(child)) {
      NodeIndex sibling = TreeMath.sibling(child);
      if (subtree(sibling).members() > 0) {
        path.add(new PathStep(TreeMath.parent(child), sibling));
      }
    }
    return path;
  }

  /** What all members support and use. There must be a member. */
  Support support() {
    return root.support().orElseThrow();
  }

  /** Distinct keys of all nodes, HPKE and signature. */
  int keyCount() {
    return keys.encryption().size() + keys.signature().size();
  }

  Subtree root() {
    return root;
  }

  // Changing

  /** A tree with one more leaf, and where that stands. */
  public record Added(RatchetTree tree, LeafIndex leaf) {}

  /**
   * The leftmost blank leaf; one beyond the tree if none is. Where an Add or an external joiner
   * goes.
   */
  public LeafIndex nextFreeLeaf() {
    int index = 0;
    Subtree at = root;
    if (at.isFull()) {
      return new LeafIndex(leafCount());
    }
    while (at.level() > 0) {
      if (at.left().isFull()) {
        index += at.half();
        at = at.right();
      } else {
        at = at.left();
      }
    }
    return new LeafIndex(index);
  }

  /** Applies an Add (section 12.1.1). Invalid if one of the leaf's keys is in the tree already. */
  public Added add(LeafNode leaf) throws MlsException.Invalid {
    LeafIndex index = nextFreeLeaf();
    TreeKeys more = keys.withLeaf(leaf);
    PathEdit edit =
        new PathEdit(Subtree.of(leaf)) {
          @Override
          ParentNode above(ParentNode parent) {
            return parent.withUnmerged(index.value());
          }
        };
    return new Added(new RatchetTree(suite, edit.apply(withRoomFor(index), index), more), index);
  }

  /**
   * Applies an Update (section 12.1.2). Invalid if there is no member or a key is in the tree
   * already.
   */
  public RatchetTree update(LeafIndex index, LeafNode leaf) throws MlsException.Invalid {
    TreeKeys less = keys.withoutLeaf(member(index));
    return blankPath(index, Subtree.of(leaf), less.withLeaf(leaf));
  }

  /**
   * Applies a Remove (section 12.1.3) and truncates. Invalid if there is no such member, or no
   * other.
   */
  public RatchetTree remove(LeafIndex index) throws MlsException.Invalid {
    LeafNode removed = member(index);
    if (memberCount() == 1) {
      throw new MlsException.Invalid(Rule.REMOVE_LEAVES_A_MEMBER, "it is the only one");
    }
    RatchetTree blanked = blankPath(index, Subtree.blank(0), keys.withoutLeaf(removed));
    return new RatchetTree(suite, truncated(blanked.root), blanked.keys);
  }

  private static Subtree truncated(Subtree root) {
    Subtree shorter = root;
    while (shorter.level() > 0 && shorter.right().members() == 0) {
      // The root that is cut off lies on the direct path of a removed leaf or is above blank
      // leaves: it was blanked.
      shorter = shorter.left();
    }
    return shorter;
  }

  /**
   * Applies the Updates and then the Removes of one Commit (section 12.3). Only the outcome may
   * have no key twice: members may exchange theirs. It may have no member, when an external Commit
   * replaces the only one; nothing but the path of the joiner can then be done with it. Invalid if
   * there is no such member. No leaf may be in both.
   */
  public RatchetTree change(Map<LeafIndex, LeafNode> updates, List<LeafIndex> removes)
      throws MlsException.Invalid {
    TreeKeys changed = keys;
    for (LeafIndex index : updates.keySet()) {
      changed = withoutPath(changed, index);
    }
    for (LeafIndex index : removes) {
      changed = withoutPath(changed, index);
    }
    for (LeafNode leaf : updates.values()) {
      changed = changed.withLeaf(leaf);
    }
    Subtree top = root;
    for (Map.Entry<LeafIndex, LeafNode> update : updates.entrySet()) {
      top = new Blanking(Subtree.of(update.getValue())).apply(top, update.getKey());
    }
    for (LeafIndex index : removes) {
      top = new Blanking(Subtree.blank(0)).apply(top, index);
    }
    return new RatchetTree(suite, truncated(top), changed);
  }

  private TreeKeys withoutPath(TreeKeys from, LeafIndex index) throws MlsException.Invalid {
    return from.withoutLeaf(member(index)).withoutParents(parentKeysAbove(root, index));
  }

  /**
   * A tree with new keys on a filtered direct path, and the parent hash that the leaf below must
   * carry.
   */
  static final class WithPath {
    private final RatchetTree tree;
    private final byte[] leafParentHash;

    WithPath(RatchetTree tree, byte[] leafParentHash) {
      this.tree = tree;
      this.leafParentHash = leafParentHash;
    }

    RatchetTree tree() {
      return tree;
    }

    byte[] leafParentHash() {
      return leafParentHash;
    }
  }

  /**
   * New parents on the sender's path, the leaf as it was (section 7.5). {@code nodeKeys} lowest
   * first. The sender may be the next free leaf (external Commit). Invalid if the number of keys is
   * wrong or one is in the tree already.
   */
  WithPath withPath(LeafIndex sender, List<HpkePublicKey> nodeKeys) throws MlsException.Invalid {
    Subtree roomy = roomFor(sender).root;
    if (roomFor(sender).filteredPath(sender).size() != nodeKeys.size()) {
      throw new MlsException.Invalid(Rule.PATH_LENGTH, "path has " + nodeKeys.size() + " keys");
    }
    TreeKeys changed = keys.withParents(nodeKeys).withoutParents(parentKeysAbove(roomy, sender));
    PathMerge merge = new PathMerge(suite, sender, nodeKeys);
    Subtree merged = merge.apply(roomy);
    return new WithPath(new RatchetTree(suite, merged, changed), merge.leafParentHash());
  }

  /** Puts the leaf below a path just merged. */
  RatchetTree withPathLeaf(LeafIndex sender, LeafNode leaf) throws MlsException.Invalid {
    Optional<LeafNode> replaced = leaf(sender);
    TreeKeys less = replaced.isPresent() ? keys.withoutLeaf(replaced.get()) : keys;
    PathEdit edit =
        new PathEdit(Subtree.of(leaf)) {
          @Override
          ParentNode above(ParentNode parent) {
            return parent;
          }
        };
    return new RatchetTree(suite, edit.apply(root, sender), less.withLeaf(leaf));
  }

  /**
   * Applies the public part of a received path (section 7.5). {@code added}: leaves that the same
   * Commit adds. Checks all that section 12.4.2 says about keys, lengths and the parent hash; the
   * leaf itself is for {@link TreeRules#checkCommitLeaf}.
   */
  public RatchetTree merge(LeafIndex sender, UpdatePath path, Set<LeafIndex> added)
      throws MlsException.Invalid {
    Optional<LeafNode> replaced = leaf(sender);
    if (replaced.isPresent()) {
      LeafRules.checkKeyReplaced(path.leafNode(), replaced.get());
    } else if (!sender.equals(nextFreeLeaf())) {
      throw new MlsException.Invalid(Rule.PATH_SENDER_LEAF, "not the leftmost blank leaf");
    }
    WithPath withPath = withPath(sender, path.nodeKeys());
    ParentHashes.checkLeaf(path.leafNode(), withPath.leafParentHash);
    RatchetTree merged = withPath.tree.withPathLeaf(sender, path.leafNode());
    List<PathStep> steps = merged.filteredPath(sender);
    for (int i = 0; i < steps.size(); i++) {
      int expected = merged.resolution(steps.get(i).copathChild(), added).size();
      if (path.nodes().get(i).encryptedPathSecrets().size() != expected) {
        throw new MlsException.Invalid(
            Rule.PATH_CIPHERTEXT_COUNT, "not one ciphertext per resolution node");
      }
    }
    return merged;
  }

  private RatchetTree blankPath(LeafIndex index, Subtree leaf, TreeKeys changed) {
    TreeKeys rest = changed.withoutParents(parentKeysAbove(root, index));
    return new RatchetTree(suite, new Blanking(leaf).apply(root, index), rest);
  }

  /** Another leaf, and blank nodes on its whole path. */
  private static final class Blanking extends PathEdit {
    Blanking(Subtree leaf) {
      super(leaf);
    }

    @Override
    ParentNode above(ParentNode parent) {
      return null;
    }
  }

  /** The same tree, or one of twice the size when {@code leaf} is the first beyond this one. */
  RatchetTree roomFor(LeafIndex leaf) {
    if (!leaf.isBelow(leafCount() + 1)) {
      throw new IllegalArgumentException(leaf + " is not the first beyond the tree");
    }
    return new RatchetTree(suite, withRoomFor(leaf), keys);
  }

  private Subtree withRoomFor(LeafIndex index) {
    return index.isBelow(leafCount()) ? root : Subtree.of(null, root, Subtree.blank(root.level()));
  }

  private static List<HpkePublicKey> parentKeysAbove(Subtree from, LeafIndex leaf) {
    List<HpkePublicKey> found = new ArrayList<>();
    Subtree at = from;
    int rest = leaf.value();
    while (at.level() > 0) {
      if (at.parent() != null) {
        found.add(at.parent().encryptionKey());
      }
      boolean goLeft = rest < at.half();
      rest = goLeft ? rest : rest - at.half();
      at = goLeft ? at.left() : at.right();
    }
    return found;
  }

  /** IllegalArgumentException for a node beyond the tree. */
  private Subtree subtree(NodeIndex node) {
    int level = TreeMath.level(node);
    int rest = TreeMath.firstLeaf(node);
    if (level > root.level() || rest >= leafCount()) {
      throw new IllegalArgumentException(node + " is beyond the tree");
    }
    Subtree at = root;
    while (at.level() > level) {
      boolean goLeft = rest < at.half();
      rest = goLeft ? rest : rest - at.half();
      at = goLeft ? at.left() : at.right();
    }
    return at;
  }

  private static void forEachMember(
      Subtree at, int firstLeaf, BiConsumer<LeafIndex, LeafNode> each) {
    if (at.members() == 0) {
      return;
    }
    if (at.level() == 0) {
      each.accept(new LeafIndex(firstLeaf), at.leaf());
    } else {
      forEachMember(at.left(), firstLeaf, each);
      forEachMember(at.right(), firstLeaf + at.half(), each);
    }
  }
}
