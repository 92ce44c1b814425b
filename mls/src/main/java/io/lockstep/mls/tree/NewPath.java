package io.lockstep.mls.tree;

import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.EncryptContext;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.UpdatePath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A path that this client commits (RFC 9420 sections 7.4 to 7.6). In two steps, since the
 * ciphertexts are bound to a GroupContext that holds the hash of the tree with the path in it:
 *
 * <pre>
 *   NewPath path = NewPath.create(treeAfterProposals, self, content, group, signatureKeys, random);
 *   context = ... path.tree().treeHash() ...
 *   UpdatePath update = path.encrypt(context, addedLeaves, random);
 * </pre>
 *
 * Close it after the Welcomes are made: it holds path secrets.
 */
public final class NewPath implements AutoCloseable {
  private static final String LABEL = "UpdatePathNode";

  private final RatchetTree tree;
  private final LeafIndex self;
  private final LeafNode leafNode;
  private final List<PathStep> steps;
  private final PathSecrets secrets;
  private final PrivateTree privateTree;

  private NewPath(
      RatchetTree tree,
      LeafIndex self,
      LeafNode leafNode,
      List<PathStep> steps,
      PathSecrets secrets,
      PrivateTree privateTree) {
    this.tree = tree;
    this.self = self;
    this.leafNode = leafNode;
    this.steps = steps;
    this.secrets = secrets;
    this.privateTree = privateTree;
  }

  /**
   * {@code tree}: all proposals applied. {@code self}: our leaf, or {@link
   * RatchetTree#nextFreeLeaf} when joining by external Commit. The encryption key in {@code
   * content} is replaced by a fresh one. Invalid if the result breaks an invariant of the tree.
   */
  public static NewPath create(
      RatchetTree tree,
      LeafIndex self,
      LeafNode.Content content,
      GroupId group,
      SignatureKeyPair keys,
      SecureRandom random)
      throws MlsException.Invalid {
    CipherSuite suite = tree.suite();
    int length = tree.roomFor(self).filteredPath(self).size();
    Secret lowest = Secret.random(suite.hashLength(), random);
    PathSecrets secrets = PathSecrets.from(suite, lowest, length);
    HpkeKeyPair leafKey = suite.generateHpkeKeyPair(random);
    List<HpkePublicKey> nodeKeys = secrets.keyPairs().stream().map(HpkeKeyPair::publicKey).toList();
    RatchetTree.WithPath withPath = tree.withPath(self, nodeKeys);
    LeafNode leafNode =
        LeafNode.forCommit(
            content.withEncryptionKey(leafKey.publicKey()),
            withPath.leafParentHash(),
            group,
            self,
            keys);
    RatchetTree after = withPath.tree().withPathLeaf(self, leafNode);
    List<PathStep> steps = after.filteredPath(self);
    Map<NodeIndex, HpkeKeyPair> parents = new HashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      parents.put(steps.get(i).parent(), secrets.keyPairs().get(i));
    }
    PrivateTree privateTree = new PrivateTree(suite, self, leafKey, parents);
    return new NewPath(after, self, leafNode, steps, secrets, privateTree);
  }

  /** With the path merged. */
  public RatchetTree tree() {
    return tree;
  }

  /** Our keys in that tree. */
  public PrivateTree privateTree() {
    return privateTree;
  }

  public LeafNode leafNode() {
    return leafNode;
  }

  public Secret commitSecret() {
    return secrets.commitSecret();
  }

  /** {@code added}: the leaves that the same Commit adds; they get their secret by Welcome. */
  public UpdatePath encrypt(
      byte[] provisionalGroupContext, Set<LeafIndex> added, SecureRandom random)
      throws MlsException.Invalid {
    EncryptContext context = tree.suite().encryptContext(LABEL, provisionalGroupContext);
    List<EncryptContext.Sealing> sealings = new ArrayList<>();
    int[] ends = new int[steps.size()];
    for (int i = 0; i < steps.size(); i++) {
      Secret secret = secrets.secrets().get(i);
      for (NodeIndex node : tree.resolution(steps.get(i).copathChild(), added)) {
        sealings.add(new EncryptContext.Sealing(tree.publicKey(node).orElseThrow(), secret));
      }
      ends[i] = sealings.size();
    }
    List<HpkeCiphertext> ciphertexts = context.sealAll(sealings, random);
    List<UpdatePath.Node> nodes = new ArrayList<>(steps.size());
    int from = 0;
    for (int i = 0; i < steps.size(); i++) {
      HpkePublicKey key = secrets.keyPairs().get(i).publicKey();
      nodes.add(new UpdatePath.Node(key, ciphertexts.subList(from, ends[i])));
      from = ends[i];
    }
    return new UpdatePath(leafNode, nodes);
  }

  /**
   * For the Welcome to a member that the same Commit adds: the secret of the lowest path node above
   * both (section 12.4.3.1).
   */
  public Secret pathSecretFor(LeafIndex joiner) {
    for (int i = 0; i < steps.size(); i++) {
      if (TreeMath.contains(steps.get(i).copathChild(), joiner)) {
        return secrets.secrets().get(i);
      }
    }
    throw new IllegalArgumentException(joiner + " is not below the path of " + self);
  }

  /** Deletes the path secrets. Tree, private tree and commit secret stay usable. */
  @Override
  public void close() {
    secrets.closeSecrets();
  }
}
