package io.lockstep.mls.schedule;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.IndexedChanges;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The secret tree of an epoch (RFC 9420 section 9) as an immutable value. Subtrees are derived when
 * one of their leaves is first used; the value that results no longer holds the secrets that were
 * consumed on the way (section 9.2).
 *
 * <p>Using a key gives a new tree. Who keeps the old value keeps the key, so a failed decryption
 * costs nothing; {@link #wipeExcept} is for who lets the old value go.
 */
public final class SecretTree implements Encodable {
  /** Which of a leaf's two ratchets. */
  public enum Kind {
    HANDSHAKE,
    APPLICATION
  }

  /** Keys for one message, and the tree without them. */
  public record Step(long generation, KeyAndNonce keys, SecretTree next) {}

  private static final byte[] LEFT = "left".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RIGHT = "right".getBytes(StandardCharsets.US_ASCII);
  private static final long LEAF_COUNT_MAX = 1L << 31;
  private static final int HEIGHT_MAX = 31;
  private static final int UNDERIVED_TAG = 1;
  private static final int SPLIT_TAG = 2;
  private static final int LEAF_TAG = 3;

  private sealed interface Node {}

  private record Underived(Secret secret) implements Node {}

  private record Split(Node left, Node right) implements Node {}

  private record Leaf(Ratchet handshake, Ratchet application) implements Node {}

  private final Node root;
  private final int height;

  private SecretTree(Node root, int height) {
    this.root = root;
    this.height = height;
  }

  /** {@code leafCount} is rounded up to the next power of two. Takes the secret over. */
  public static SecretTree create(CipherSuite suite, Secret encryptionSecret, long leafCount) {
    if (leafCount < 1
        || leafCount > LEAF_COUNT_MAX
        || encryptionSecret.length() != suite.hashLength()) {
      throw new IllegalArgumentException("a secret tree needs leaves and a secret of the suite");
    }
    int height = leafCount == 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(leafCount - 1);
    return new SecretTree(new Underived(encryptionSecret), height);
  }

  /** The next keys of a leaf for sending. */
  public Step next(CipherSuite suite, long leaf, Kind kind) {
    SecretTree open = opened(suite, leaf);
    return open.step(leaf, kind, open.ratchet(leaf, kind).next(suite));
  }

  /** The keys of a generation (uint32) of a leaf for receiving. */
  public Step at(CipherSuite suite, long leaf, Kind kind, long generation, RatchetWindow window)
      throws MlsException {
    SecretTree open = opened(suite, leaf);
    try {
      return open.step(leaf, kind, open.ratchet(leaf, kind).at(suite, generation, window));
    } catch (MlsException e) {
      open.wipeExcept(this);
      throw e;
    }
  }

  /** Without the keys of an own leaf that were used for sending, up to {@code generation}. */
  public SecretTree after(CipherSuite suite, long leaf, Kind kind, long generation) {
    SecretTree open = opened(suite, leaf);
    return open.with(leaf, kind, open.ratchet(leaf, kind).after(suite, generation));
  }

  /**
   * Overwrites the secrets that are not in {@code kept} at the same place. Subtrees that both share
   * are not visited, so after one message it costs O(log n). This value must not be used again.
   */
  public void wipeExcept(SecretTree kept) {
    wipe(root, kept.root);
  }

  /** Overwrites all secrets. */
  public void wipe() {
    wipe(root, null);
  }

  private static void wipe(Node node, Node kept) {
    if (same(node, kept)) {
      return;
    }
    switch (node) {
      case Underived(Secret secret) -> {
        if (!(kept instanceof Underived(Secret other)) || !same(other, secret)) {
          secret.close();
        }
      }
      case Split(Node left, Node right) -> {
        Split other = kept instanceof Split split ? split : new Split(null, null);
        wipe(left, other.left);
        wipe(right, other.right);
      }
      case Leaf(Ratchet handshake, Ratchet application) -> {
        Leaf other = kept instanceof Leaf leaf ? leaf : new Leaf(null, null);
        handshake.wipeExcept(other.handshake);
        application.wipeExcept(other.application);
      }
    }
  }

  /** Identity is what tells shared parts from equal ones. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Object one, Object other) {
    return one == other;
  }

  private Step step(long leaf, Kind kind, Ratchet.Step step) {
    return new Step(step.generation(), step.keys(), with(leaf, kind, step.next()));
  }

  private Ratchet ratchet(long leaf, Kind kind) {
    Leaf current = leaf(leaf);
    return switch (kind) {
      case HANDSHAKE -> current.handshake;
      case APPLICATION -> current.application;
    };
  }

  private SecretTree with(long index, Kind kind, Ratchet ratchet) {
    Leaf current = leaf(index);
    Leaf changed =
        switch (kind) {
          case HANDSHAKE -> new Leaf(ratchet, current.application);
          case APPLICATION -> new Leaf(current.handshake, ratchet);
        };
    return new SecretTree(replaced(root, height, index, changed), height);
  }

  /** Of an opened tree. */
  private Leaf leaf(long index) {
    Node node = root;
    for (int level = height; level > 0; level--) {
      Split split = (Split) node;
      node = isRight(index, level) ? split.right : split.left;
    }
    return (Leaf) node;
  }

  /** Copies the path to a leaf of an opened tree. */
  private static Node replaced(Node node, int level, long index, Leaf leaf) {
    if (level == 0) {
      return leaf;
    }
    Split split = (Split) node;
    return isRight(index, level)
        ? new Split(split.left, replaced(split.right, level - 1, index, leaf))
        : new Split(replaced(split.left, level - 1, index, leaf), split.right);
  }

  private static boolean isRight(long index, int level) {
    return (index >>> (level - 1) & 1) == 1;
  }

  /** With everything derived that is on the path to a leaf, and nothing left that it came from. */
  private SecretTree opened(CipherSuite suite, long index) {
    if (index < 0 || index >= 1L << height) {
      throw new IllegalArgumentException(
          "no leaf " + index + " in a secret tree of height " + height);
    }
    return new SecretTree(open(suite, root, height, index), height);
  }

  private static Node open(CipherSuite suite, Node node, int level, long index) {
    return switch (node) {
      case Leaf leaf -> leaf;
      case Underived(Secret secret) ->
          level == 0
              ? new Leaf(
                  Ratchet.start(ratchetSecret(suite, secret, "handshake")),
                  Ratchet.start(ratchetSecret(suite, secret, "application")))
              : openBelow(suite, secret, level, index);
      case Split split -> open(suite, split, level, index);
    };
  }

  private static Split open(CipherSuite suite, Split split, int level, long index) {
    Node below = isRight(index, level) ? split.right : split.left;
    Node opened = open(suite, below, level - 1, index);
    if (same(opened, below)) {
      return split;
    }
    return isRight(index, level) ? new Split(split.left, opened) : new Split(opened, split.right);
  }

  private static Split openBelow(CipherSuite suite, Secret secret, int level, long index) {
    Secret left = child(suite, secret, LEFT);
    Secret right = child(suite, secret, RIGHT);
    if (isRight(index, level)) {
      // The secret on the path was made here and is consumed here: no value ever holds it.
      try (Secret consumed = right) {
        return new Split(
            new Underived(left), open(suite, new Underived(consumed), level - 1, index));
      }
    }
    try (Secret consumed = left) {
      return new Split(
          open(suite, new Underived(consumed), level - 1, index), new Underived(right));
    }
  }

  private static Secret child(CipherSuite suite, Secret secret, byte[] side) {
    return suite.expandWithLabel(secret, "tree", side, suite.hashLength());
  }

  private static Secret ratchetSecret(CipherSuite suite, Secret secret, String label) {
    return suite.expandWithLabel(secret, label, new byte[0], suite.hashLength());
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint8(height);
    encode(out, root);
  }

  private static void encode(TlsWriter out, Node node) {
    switch (node) {
      case Underived(Secret secret) -> out.uint8(UNDERIVED_TAG).opaque(secret.expose());
      case Split(Node left, Node right) -> {
        out.uint8(SPLIT_TAG);
        encode(out, left);
        encode(out, right);
      }
      case Leaf(Ratchet handshake, Ratchet application) ->
          out.uint8(LEAF_TAG).put(handshake).put(application);
    }
  }

  /**
   * Every secret and every ratchet that is another one than in {@code before}, by node index, and
   * every one that is gone. Of {@code before} no secret is read.
   */
  public void changesSince(Optional<SecretTree> before, IndexedChanges out) {
    boolean comparable = before.isPresent() && before.get().height == height;
    if (!comparable) {
      before.ifPresent(tree -> tree.deleteAll(out));
    }
    changes(comparable ? before.get().root : null, root, height, 0, out);
  }

  /** Deletes all that {@link #changesSince} ever put. */
  public void deleteAll(IndexedChanges out) {
    deleteAll(root, height, 0, out);
  }

  /** {@code before} is null where there was nothing. */
  private static void changes(
      Node before, Node now, int level, long firstLeaf, IndexedChanges out) {
    if (IndexedChanges.same(before, now)) {
      return;
    }
    if (now instanceof Split(Node left, Node right)) {
      Split old = before instanceof Split split ? split : new Split(null, null);
      if (before != null && !(before instanceof Split)) {
        out.delete(index(level, firstLeaf));
      }
      changes(old.left, left, level - 1, firstLeaf, out);
      changes(old.right, right, level - 1, firstLeaf + (1L << (level - 1)), out);
      return;
    }
    if (before instanceof Split split) {
      deleteAll(split, level, firstLeaf, out);
    }
    TlsWriter encoded = new TlsWriter(128);
    encode(encoded, now);
    out.put(index(level, firstLeaf), encoded.toByteArray());
  }

  private static void deleteAll(Node node, int level, long firstLeaf, IndexedChanges out) {
    if (node instanceof Split(Node left, Node right)) {
      deleteAll(left, level - 1, firstLeaf, out);
      deleteAll(right, level - 1, firstLeaf + (1L << (level - 1)), out);
    } else {
      out.delete(index(level, firstLeaf));
    }
  }

  private static long index(int level, long firstLeaf) {
    return 2 * firstLeaf + (1L << level) - 1;
  }

  /** From what {@link #changesSince} put. */
  public static SecretTree ofNodes(NavigableMap<Long, byte[]> nodes) throws MlsException.Malformed {
    if (nodes.isEmpty()) {
      throw new MlsException.Malformed("a stored secret tree without nodes");
    }
    // Nodes cover all leaves, so the last one tells how many there are.
    long last = nodes.lastKey();
    long leaves = (last + 1 + (1L << Long.numberOfTrailingZeros(~last))) / 2;
    int height = Long.numberOfTrailingZeros(leaves);
    if (leaves != 1L << height || height > HEIGHT_MAX) {
      throw new MlsException.Malformed("nodes of a stored secret tree");
    }
    Map<Long, byte[]> left = new TreeMap<>(nodes);
    SecretTree tree = new SecretTree(read(left, height, 0), height);
    if (!left.isEmpty()) {
      throw new MlsException.Malformed("stored secrets below another one");
    }
    return tree;
  }

  private static Node read(Map<Long, byte[]> nodes, int level, long firstLeaf)
      throws MlsException.Malformed {
    byte[] encoded = nodes.remove(index(level, firstLeaf));
    if (encoded != null) {
      TlsReader in = new TlsReader(encoded);
      Node node = decode(in, level);
      in.expectEnd();
      return node;
    }
    if (level == 0) {
      throw new MlsException.Malformed("a stored secret tree does not cover all leaves");
    }
    return new Split(
        read(nodes, level - 1, firstLeaf), read(nodes, level - 1, firstLeaf + (1L << (level - 1))));
  }

  /** The counterpart of {@link #encodeTo}. */
  public static SecretTree decode(TlsReader in) throws MlsException.Malformed {
    int height = in.uint8();
    if (height > HEIGHT_MAX) {
      throw new MlsException.Malformed("secret tree of height " + height);
    }
    return new SecretTree(decode(in, height), height);
  }

  private static Node decode(TlsReader in, int level) throws MlsException.Malformed {
    int tag = in.uint8();
    if (tag == UNDERIVED_TAG) {
      return new Underived(Secret.take(in.opaque()));
    }
    if (tag == SPLIT_TAG && level > 0) {
      return new Split(decode(in, level - 1), decode(in, level - 1));
    }
    if (tag == LEAF_TAG && level == 0) {
      return new Leaf(Ratchet.decode(in), Ratchet.decode(in));
    }
    throw new MlsException.Malformed("node " + tag + " at level " + level + " of a secret tree");
  }
}
