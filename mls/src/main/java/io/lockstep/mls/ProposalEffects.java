package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a list of proposals makes of tree and extensions (RFC 9420 section 12.3). Each proposal is
 * checked by the rules of section 12.1 as it is applied.
 *
 * @param added leaves of new members with their KeyPackages, in the order of the list
 * @param updated leaves replaced by Update proposals
 * @param removed leaves that a Remove names, and those of members that removed themselves
 */
record ProposalEffects(
    RatchetTree tree,
    List<Extension> extensions,
    List<PreSharedKeyId> psks,
    Map<LeafIndex, KeyPackage> added,
    List<LeafIndex> updated,
    List<LeafIndex> removed) {

  static ProposalEffects of(
      ProposalList list, GroupContext context, RatchetTree tree, KeyPackageJudge judge)
      throws MlsException {
    return of(list, context, tree, judge, PreSharedKeyId.Usage.APPLICATION);
  }

  /** {@code usage}: what resumption PSKs must be for, another than application in a new group. */
  static ProposalEffects of(
      ProposalList list,
      GroupContext context,
      RatchetTree tree,
      KeyPackageJudge judge,
      PreSharedKeyId.Usage usage)
      throws MlsException {
    List<Extension> extensions = context.extensions();
    for (Proposal.GroupContextExtensions each : list.of(Proposal.GroupContextExtensions.class)) {
      extensions = each.extensions();
      ExternalSenders.check(extensions, context.extensions(), judge.credentials());
    }
    Map<LeafIndex, LeafNode> updates = new LinkedHashMap<>();
    List<LeafIndex> removed = new ArrayList<>();
    for (ProposalList.Entry entry : list.entries()) {
      if (entry.sender() instanceof Sender.Member(LeafIndex index)) {
        if (entry.proposal() instanceof Proposal.Update(LeafNode leaf)) {
          checkUpdate(leaf, index, context, tree, judge);
          updates.put(index, leaf);
        } else if (entry.proposal() instanceof Proposal.SelfRemove) {
          removed.add(index);
        }
      }
    }
    for (Proposal.Remove remove : list.of(Proposal.Remove.class)) {
      checkRemove(remove.removed(), tree);
      removed.add(remove.removed());
    }
    RatchetTree changed = tree.change(updates, removed);
    Map<LeafIndex, KeyPackage> added = new LinkedHashMap<>();
    List<KeyPackage> adding =
        list.of(Proposal.Add.class).stream().map(Proposal.Add::keyPackage).toList();
    checkAdds(adding, context, judge);
    for (KeyPackage keyPackage : adding) {
      RatchetTree.Added more = changed.add(keyPackage.leafNode());
      changed = more.tree();
      added.put(more.leaf(), keyPackage);
    }
    for (PreSharedKeyId id : list.psks()) {
      ProposalListRules.checkPsk(id, context.suite(), usage);
    }
    for (Proposal.ReInit reInit : list.of(Proposal.ReInit.class)) {
      checkReInit(reInit);
    }
    TreeRules.checkSupport(changed, extensions);
    return new ProposalEffects(
        changed, extensions, list.psks(), added, List.copyOf(updates.keySet()), removed);
  }

  /** What can be said of one proposal when it arrives, before any Commit covers it. */
  static void checkAlone(
      Proposal proposal,
      Sender sender,
      GroupContext context,
      RatchetTree tree,
      KeyPackageJudge judge)
      throws MlsException {
    switch (proposal) {
      case Proposal.Add(KeyPackage keyPackage) -> checkAdds(List.of(keyPackage), context, judge);
      case Proposal.Update(LeafNode leaf) -> {
        if (!(sender instanceof Sender.Member(LeafIndex index))) {
          throw new MlsException.Invalid(Rule.UPDATE_BY_MEMBER, "not sent by a member");
        }
        checkUpdate(leaf, index, context, tree, judge);
      }
      case Proposal.Remove(LeafIndex removed) -> checkRemove(removed, tree);
      case Proposal.PreSharedKey(PreSharedKeyId id) ->
          ProposalListRules.checkPsk(id, context.suite(), PreSharedKeyId.Usage.APPLICATION);
      case Proposal.ReInit reInit -> checkReInit(reInit);
      case Proposal.ExternalInit init ->
          throw new MlsException.Invalid(Rule.NO_EXTERNAL_INIT, "only an external Commit has it");
      case Proposal.GroupContextExtensions(List<Extension> extensions) ->
          ExternalSenders.check(extensions, context.extensions(), judge.credentials());
      case Proposal.SelfRemove selfRemove -> {
        if (!(sender instanceof Sender.Member)) {
          throw new MlsException.Invalid(Rule.SELF_REMOVE_BY_MEMBER, "not sent by a member");
        }
      }
      // Whether all know the type is seen when it is committed: who does not may be gone by then.
      case Proposal.Unknown unknown -> {}
    }
  }

  private static void checkAdds(
      List<KeyPackage> keyPackages, GroupContext context, KeyPackageJudge judge)
      throws MlsException {
    for (KeyPackage keyPackage : keyPackages) {
      if (keyPackage.suite() != context.suite()) {
        throw new MlsException.Invalid(
            Rule.KEY_PACKAGE_SUITE, "the KeyPackage is not for the suite of the group");
      }
    }
    judge.verify(keyPackages);
  }

  private static void checkUpdate(
      LeafNode leaf, LeafIndex index, GroupContext context, RatchetTree tree, KeyPackageJudge judge)
      throws MlsException {
    TreeRules.checkUpdateLeaf(tree, index, leaf, context.groupId(), judge.credentials());
  }

  private static void checkRemove(LeafIndex removed, RatchetTree tree) throws MlsException {
    if (tree.leaf(removed).isEmpty()) {
      throw new MlsException.Invalid(Rule.REMOVE_MEMBER, removed + " is no member");
    }
  }

  private static void checkReInit(Proposal.ReInit reInit) throws MlsException.Invalid {
    if (reInit.version() < MlsFrame.VERSION) {
      throw new MlsException.Invalid(Rule.RE_INIT_VERSION, "an older protocol version");
    }
  }

  Set<LeafIndex> addedLeaves() {
    return added.keySet();
  }

  /** All leaves that are not as they were, and {@code committer}'s. */
  Set<LeafIndex> changedLeaves(LeafIndex committer) {
    Set<LeafIndex> changed = new HashSet<>(added.keySet());
    changed.addAll(updated);
    changed.addAll(removed);
    changed.add(committer);
    return changed;
  }
}
