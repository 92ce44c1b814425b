package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.EncryptContext;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.UpdatePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The private keys that one member has in a tree: that of its leaf and those of the ancestors it
 * knows. It need not know any ancestor: a member added by a Commit without path is unmerged
 * everywhere and gets its first ancestor keys with the next path (RFC 9420 section 7.5). Immutable;
 * versions share their keys, and whoever lets one go overwrites what no other has ({@link
 * #secrets}).
 *
 * <p>{@link #encodeTo} gives the keys away: encrypt what it writes.
 */
public final class PrivateTree implements Encodable {
  private static final String LABEL = "UpdatePathNode";

  private final CipherSuite suite;
  private final LeafIndex self;
  private final HpkeKeyPair leafKey;
  private final Map<NodeIndex, HpkeKeyPair> parents;

  PrivateTree(
      CipherSuite suite, LeafIndex self, HpkeKeyPair leafKey, Map<NodeIndex, HpkeKeyPair> parents) {
    this.suite = suite;
    this.self = self;
    this.leafKey = leafKey;
    this.parents = Map.copyOf(parents);
  }

  /**
   * Of the creator of a group, or of a joiner that was given no path secret: no ancestor is known.
   */
  public static PrivateTree of(CipherSuite suite, LeafIndex self, HpkeKeyPair leafKey) {
    return new PrivateTree(suite, self, leafKey, Map.of());
  }

  /**
   * Of a joiner by Welcome (section 12.4.3.1). {@code pathSecret}: from GroupSecrets, if the Commit
   * had a path; {@code committer}: the signer of the GroupInfo. Invalid if the secret does not lead
   * to the public keys in the tree.
   */
  public static PrivateTree joined(
      RatchetTree tree,
      LeafIndex self,
      HpkeKeyPair leafKey,
      LeafIndex committer,
      Optional<Secret> pathSecret)
      throws MlsException.Invalid {
    PrivateTree bare = of(tree.suite(), self, leafKey);
    if (pathSecret.isEmpty()) {
      return bare;
    }
    List<PathStep> steps = tree.filteredPath(committer);
    int from = stepAbove(steps, self);
    PathSecrets secrets =
        PathSecrets.from(tree.suite(), pathSecret.get().copy(), steps.size() - from);
    secrets.closeSecrets();
    secrets.commitSecret().close();
    return bare.withParents(tree, steps.subList(from, steps.size()), secrets.keyPairs());
  }

  public LeafIndex self() {
    return self;
  }

  public HpkeKeyPair leafKey() {
    return leafKey;
  }

  /** After our own Update was committed. */
  public PrivateTree withLeafKey(HpkeKeyPair newLeafKey) {
    return new PrivateTree(suite, self, newLeafKey, parents);
  }

  /**
   * The keys that still belong to {@code tree}; those of nodes that were blanked or replaced are
   * gone. Call it after proposals were applied and before a path is made or received.
   */
  public PrivateTree retained(RatchetTree tree) {
    Map<NodeIndex, HpkeKeyPair> kept = new HashMap<>();
    parents.forEach(
        (node, keys) -> {
          boolean inTree = node.value() < TreeMath.nodeCount(tree.leafCount());
          if (inTree && tree.publicKey(node).equals(Optional.of(keys.publicKey()))) {
            kept.put(node, keys);
          }
        });
    return new PrivateTree(suite, self, leafKey, kept);
  }

  /** Our keys after a received path, and the commit secret of its Commit. */
  public record Received(PrivateTree privateTree, Secret commitSecret) {}

  /**
   * Opens the private part of a received path (section 7.5). {@code merged}: what {@link
   * RatchetTree#merge} returned for it; {@code added} the same as there. Undecryptable if the
   * ciphertext for us is bad, Invalid if what is in it does not give the public keys of the path or
   * if it should hold something for us and does not.
   */
  public Received receive(
      RatchetTree merged,
      LeafIndex sender,
      UpdatePath path,
      byte[] provisionalGroupContext,
      Set<LeafIndex> added)
      throws MlsException {
    List<PathStep> steps = merged.filteredPath(sender);
    int from = stepAbove(steps, self);
    Secret lowest = decrypt(merged, steps, from, path, provisionalGroupContext, added);
    PathSecrets secrets = PathSecrets.from(suite, lowest, steps.size() - from);
    secrets.closeSecrets();
    PrivateTree after =
        retained(merged).withParents(merged, steps.subList(from, steps.size()), secrets.keyPairs());
    return new Received(after, secrets.commitSecret());
  }

  /** The path secret of the lowest path node above us. */
  Secret decrypt(
      RatchetTree merged,
      LeafIndex sender,
      UpdatePath path,
      byte[] provisionalGroupContext,
      Set<LeafIndex> added)
      throws MlsException {
    List<PathStep> steps = merged.filteredPath(sender);
    return decrypt(merged, steps, stepAbove(steps, self), path, provisionalGroupContext, added);
  }

  private Secret decrypt(
      RatchetTree merged,
      List<PathStep> steps,
      int step,
      UpdatePath path,
      byte[] provisionalGroupContext,
      Set<LeafIndex> added)
      throws MlsException {
    List<NodeIndex> resolution = merged.resolution(steps.get(step).copathChild(), added);
    EncryptContext context = suite.encryptContext(LABEL, provisionalGroupContext);
    for (int i = 0; i < resolution.size(); i++) {
      Optional<HpkeKeyPair> known = keyOf(merged, resolution.get(i));
      if (known.isPresent()) {
        byte[] secret =
            context.open(known.get(), path.nodes().get(step).encryptedPathSecrets().get(i));
        if (secret.length != suite.hashLength()) {
          throw new MlsException.Invalid(Rule.PATH_SECRET_LENGTH, "not KDF.Nh bytes");
        }
        return Secret.take(secret);
      }
    }
    throw new MlsException.Invalid(Rule.PATH_REACHES_MEMBER, "nothing is encrypted for us");
  }

  private Optional<HpkeKeyPair> keyOf(RatchetTree tree, NodeIndex node) {
    HpkeKeyPair known = node.equals(self.node()) ? leafKey : parents.get(node);
    return Optional.ofNullable(known)
        .filter(keys -> tree.publicKey(node).equals(Optional.of(keys.publicKey())));
  }

  private PrivateTree withParents(
      RatchetTree tree, List<PathStep> steps, List<HpkeKeyPair> keyPairs)
      throws MlsException.Invalid {
    Map<NodeIndex, HpkeKeyPair> known = new HashMap<>(parents);
    for (int i = 0; i < steps.size(); i++) {
      Optional<HpkePublicKey> inTree = tree.publicKey(steps.get(i).parent());
      if (!inTree.equals(Optional.of(keyPairs.get(i).publicKey()))) {
        throw new MlsException.Invalid(
            Rule.PATH_SECRET_MATCHES, "the path secret does not give the public key");
      }
      known.put(steps.get(i).parent(), keyPairs.get(i));
    }
    return new PrivateTree(suite, self, leafKey, known);
  }

  private static int stepAbove(List<PathStep> steps, LeafIndex leaf) throws MlsException.Invalid {
    for (int i = 0; i < steps.size(); i++) {
      if (TreeMath.contains(steps.get(i).copathChild(), leaf)) {
        return i;
      }
    }
    throw new MlsException.Invalid(Rule.PATH_REACHES_MEMBER, "we are not below the path");
  }

  /** All private keys in it, for whoever overwrites those that go out of use. */
  public List<Secret> secrets() {
    List<Secret> secrets = new ArrayList<>(parents.size() + 1);
    secrets.add(leafKey.privateKey());
    parents.values().forEach(keys -> secrets.add(keys.privateKey()));
    return secrets;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(self).opaque(leafKey.privateKey().expose());
    out.vector(
        body ->
            new TreeMap<>(parents)
                .forEach(
                    (node, keys) -> body.uint32(node.value()).opaque(keys.privateKey().expose())));
  }

  /** Malformed if a stored key is no key of the suite. */
  public static PrivateTree decode(CipherSuite suite, TlsReader in) throws MlsException {
    LeafIndex self = LeafIndex.decode(in);
    try {
      HpkeKeyPair leafKey = suite.hpkeKeyPair(Secret.take(in.opaque()));
      Map<NodeIndex, HpkeKeyPair> parents = new HashMap<>();
      TlsReader entries = in.vector();
      while (!entries.isAtEnd()) {
        NodeIndex node = new NodeIndex(Math.toIntExact(entries.uint32()));
        parents.put(node, suite.hpkeKeyPair(Secret.take(entries.opaque())));
      }
      return new PrivateTree(suite, self, leafKey, parents);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new MlsException.Malformed("stored private keys of a tree");
    }
  }

  @Override
  public String toString() {
    return "PrivateTree[" + self + ", knows " + new TreeSet<>(parents.keySet()) + "]";
  }
}
