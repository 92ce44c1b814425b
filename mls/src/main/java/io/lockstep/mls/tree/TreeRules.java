package io.lockstep.mls.tree;

import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.crypto.Parallel;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The rules for leaves that depend on the group, and those for a whole tree (RFC 9420 sections 7.3,
 * 7.9.2, 12.4.3.1).
 */
public final class TreeRules {
  private TreeRules() {}

  /**
   * All members support what the group uses: its extensions (section 13), its required capabilities
   * (11.1) and each other's credential types (7.3). To be asked of the tree that a Commit leads to,
   * with the extensions of the next GroupContext; costs O(log n) after a change of one leaf. A tree
   * without members supports everything.
   */
  public static void checkSupport(RatchetTree tree, List<Extension> groupContextExtensions)
      throws MlsException {
    if (tree.memberCount() == 0) {
      return;
    }
    Support support = tree.support();
    for (Extension extension : groupContextExtensions) {
      require(
          Extension.isDefault(extension.type()) || support.extensions().contains(extension.type()),
          Rule.GROUP_EXTENSION_SUPPORTED,
          extension.type());
    }
    RequiredCapabilities required = RequiredCapabilities.in(groupContextExtensions);
    requireAll(
        required.extensions(),
        support.extensions(),
        Extension::isDefault,
        Rule.REQUIRED_EXTENSION_SUPPORTED);
    requireAll(
        required.proposals(),
        support.proposals(),
        Proposal::isDefault,
        Rule.REQUIRED_PROPOSAL_SUPPORTED);
    requireAll(
        required.credentials(),
        support.credentials(),
        type -> false,
        Rule.REQUIRED_CREDENTIAL_SUPPORTED);
    for (int type : support.credentialsInUse()) {
      require(support.credentials().contains(type), Rule.CREDENTIAL_TYPE_SUPPORTED, type);
    }
  }

  /** Whether all members list a proposal type that is not one of the RFC's (section 12.2). */
  public static boolean supportsProposal(RatchetTree tree, int type) {
    return Proposal.isDefault(type)
        || tree.memberCount() == 0
        || tree.support().proposals().contains(type);
  }

  /** The leaf of an Update proposal from the member at {@code sender} (section 12.1.2). */
  public static void checkUpdateLeaf(
      RatchetTree tree,
      LeafIndex sender,
      LeafNode leaf,
      GroupId group,
      CredentialValidator validator)
      throws MlsException {
    LeafNode replaced = tree.member(sender);
    LeafRules.checkFromUpdate(leaf, replaced);
    checkInGroup(tree, sender, leaf, group);
    checkSuccessor(leaf, replaced, validator);
  }

  /**
   * The leaf of a Commit's path (section 12.4.2). {@code sender} is a member, or the leaf that an
   * external joiner takes; for the latter the caller decides whom it may replace. Parent hash and
   * keys are checked by {@link RatchetTree#merge}.
   */
  public static void checkCommitLeaf(
      RatchetTree tree,
      LeafIndex sender,
      LeafNode leaf,
      GroupId group,
      CredentialValidator validator)
      throws MlsException {
    LeafRules.checkFromCommit(leaf);
    checkInGroup(tree, sender, leaf, group);
    if (tree.leaf(sender).isPresent()) {
      checkSuccessor(leaf, tree.member(sender), validator);
    } else {
      LeafRules.checkCredential(leaf, validator);
    }
  }

  /**
   * A whole tree that a joiner was given (section 12.4.3.1), except its hash: signatures (on all
   * cores) and credentials (by this thread) of all members, unmerged leaves, parent hashes.
   * Lifetimes are looked at by {@link #checkLifetimes}, which the RFC only recommends.
   */
  public static void checkTree(RatchetTree tree, GroupId group, CredentialValidator validator)
      throws MlsException {
    checkStructure(tree);
    List<LeafIndex> members = tree.memberIndices();
    Parallel.map(
        members,
        index -> {
          checkInGroup(tree, index, tree.member(index), group);
          return index;
        });
    for (LeafIndex index : members) {
      LeafRules.checkCredential(tree.member(index), validator);
    }
  }

  /** Unmerged leaves and parent hashes: what no signature of a single leaf covers. */
  public static void checkStructure(RatchetTree tree) throws MlsException.Invalid {
    checkUnmerged(tree.root(), 0);
    ParentHashes.verify(tree);
  }

  public static void checkLifetimes(RatchetTree tree, Instant now) throws MlsException.Invalid {
    for (LeafIndex index : tree.memberIndices()) {
      LeafRules.checkLifetime(tree.member(index), now);
    }
  }

  private static void checkInGroup(RatchetTree tree, LeafIndex index, LeafNode leaf, GroupId group)
      throws MlsException.Invalid {
    LeafRules.checkConsistent(leaf, tree.suite());
    if (!leaf.verifySignature(tree.suite(), group, index)) {
      throw LeafRules.badSignature();
    }
  }

  private static void checkSuccessor(
      LeafNode leaf, LeafNode replaced, CredentialValidator validator) throws MlsException {
    boolean changed =
        !leaf.credential().equals(replaced.credential())
            || !leaf.signatureKey().equals(replaced.signatureKey());
    if (changed) {
      LeafRules.checkCredential(leaf, validator);
      if (!validator.sameClient(replaced.credential(), leaf.credential())) {
        throw new MlsException.Invalid(
            Rule.CREDENTIAL_SUCCESSOR, "the new credential is of another client");
      }
    }
  }

  private static void checkUnmerged(Subtree at, int firstLeaf) throws MlsException.Invalid {
    if (at.level() == 0 || at.members() == 0) {
      return;
    }
    checkUnmerged(at.left(), firstLeaf);
    checkUnmerged(at.right(), firstLeaf + at.half());
    if (at.parent() == null) {
      return;
    }
    for (int i = 0; i < at.parent().unmergedCount(); i++) {
      checkUnmergedLeaf(at, firstLeaf, at.parent().unmerged(i));
    }
  }

  private static void checkUnmergedLeaf(Subtree top, int firstLeaf, int leaf)
      throws MlsException.Invalid {
    int rest = leaf - firstLeaf;
    boolean holds = rest >= 0 && rest < top.span();
    Subtree at = top;
    while (holds && at.level() > 0) {
      boolean goLeft = rest < at.half();
      rest = goLeft ? rest : rest - at.half();
      at = goLeft ? at.left() : at.right();
      holds = at.parent() == null || at.parent().isUnmerged(leaf);
    }
    if (!holds || at.leaf() == null) {
      throw new MlsException.Invalid(
          Rule.UNMERGED_LEAVES_VALID, "leaf " + leaf + " cannot be unmerged there");
    }
  }

  private static void requireAll(
      List<Integer> required, Set<Integer> supported, IntPredicate isDefault, Rule rule)
      throws MlsException.Invalid {
    for (int type : required) {
      require(isDefault.test(type) || supported.contains(type), rule, type);
    }
  }

  private static void require(boolean holds, Rule rule, int type) throws MlsException.Invalid {
    if (!holds) {
      throw new MlsException.Invalid(rule, "a member does not support type " + type);
    }
  }
}
