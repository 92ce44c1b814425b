package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which proposals may stand together in a Commit (RFC 9420 section 12.2). What a single proposal
 * must be like is checked where it is applied, in {@link ProposalEffects}.
 */
final class ProposalListRules {
  private ProposalListRules() {}

  /** For the Commit of a member; {@code tree} is that of the epoch in which it was sent. */
  static void checkMemberCommit(ProposalList list, LeafIndex committer, RatchetTree tree)
      throws MlsException {
    Set<LeafIndex> changed = new HashSet<>();
    for (ProposalList.Entry entry : list.entries()) {
      switch (entry.proposal()) {
        case Proposal.Update update -> checkUpdate(entry.sender(), committer, changed);
        case Proposal.Remove(LeafIndex removed) -> checkRemove(removed, committer, changed);
        case Proposal.SelfRemove selfRemove ->
            checkSelfRemove(entry.sender(), Optional.of(committer), changed);
        case Proposal.Unknown unknown -> {}
        case Proposal.ExternalInit init ->
            throw invalid(Rule.NO_EXTERNAL_INIT, "in a member's Commit");
        case Proposal.Add add -> {}
        case Proposal.PreSharedKey psk -> {}
        case Proposal.ReInit reInit -> {}
        case Proposal.GroupContextExtensions extensions -> {}
      }
    }
    checkPsksDistinct(list);
    checkTypesSupported(list, tree);
    require(
        list.of(Proposal.GroupContextExtensions.class).size() <= 1,
        Rule.ONE_GROUP_CONTEXT_EXTENSIONS,
        "more than one GroupContextExtensions");
    require(
        list.of(Proposal.ReInit.class).isEmpty() || list.entries().size() == 1,
        Rule.RE_INIT_ALONE,
        "ReInit beside another proposal");
  }

  private static void checkUpdate(Sender sender, LeafIndex committer, Set<LeafIndex> changed)
      throws MlsException.Invalid {
    if (!(sender instanceof Sender.Member(LeafIndex leaf))) {
      throw new MlsException.Invalid(Rule.UPDATE_BY_MEMBER, "an Update of a non-member");
    }
    require(!leaf.equals(committer), Rule.NO_OWN_UPDATE, "the committer's own Update");
    require(changed.add(leaf), Rule.ONE_CHANGE_PER_LEAF, "several Updates or Removes of " + leaf);
  }

  private static void checkRemove(LeafIndex removed, LeafIndex committer, Set<LeafIndex> changed)
      throws MlsException.Invalid {
    require(!removed.equals(committer), Rule.NO_OWN_REMOVAL, "the committer removes itself");
    require(
        changed.add(removed), Rule.ONE_CHANGE_PER_LEAF, "several Updates or Removes of " + removed);
  }

  /** {@code committer} is empty for one that is no member yet. */
  private static void checkSelfRemove(
      Sender sender, Optional<LeafIndex> committer, Set<LeafIndex> changed)
      throws MlsException.Invalid {
    if (!(sender instanceof Sender.Member(LeafIndex leaf))) {
      throw new MlsException.Invalid(
          Rule.SELF_REMOVE_BY_MEMBER, "a SelfRemove that no member has sent");
    }
    require(
        !committer.equals(Optional.of(leaf)), Rule.NO_OWN_REMOVAL, "the committer removes itself");
    require(changed.add(leaf), Rule.ONE_CHANGE_PER_LEAF, "several Updates or Removes of " + leaf);
  }

  /**
   * Those who process the Commit know the types of its proposals: the members but for those whom it
   * removes.
   */
  private static void checkTypesSupported(ProposalList list, RatchetTree tree) throws MlsException {
    if (list.entries().stream().allMatch(each -> Proposal.isDefault(each.proposal().type()))) {
      return;
    }
    RatchetTree processing = tree.change(Map.of(), list.removedLeaves());
    for (ProposalList.Entry entry : list.entries()) {
      checkSupported(entry.proposal(), processing);
    }
  }

  static void checkSupported(Proposal proposal, RatchetTree tree) throws MlsException.Invalid {
    require(
        TreeRules.supportsProposal(tree, proposal.type()),
        Rule.PROPOSAL_TYPE_SUPPORTED,
        "a member does not know proposal type " + proposal.type());
  }

  /**
   * For an external Commit: the only proposals that it may have, and only by value but for a
   * SelfRemove, which is only by reference.
   */
  static void checkExternalCommit(ProposalList list, RatchetTree tree) throws MlsException {
    Set<LeafIndex> removed = new HashSet<>();
    Set<LeafIndex> replaced = new HashSet<>();
    for (ProposalList.Entry entry : list.entries()) {
      boolean allowed =
          switch (entry.proposal()) {
            case Proposal.ExternalInit init -> true;
            case Proposal.Remove remove -> true;
            case Proposal.PreSharedKey psk -> true;
            case Proposal.SelfRemove selfRemove -> true;
            case Proposal.Add add -> false;
            case Proposal.Update update -> false;
            case Proposal.ReInit reInit -> false;
            case Proposal.GroupContextExtensions extensions -> false;
            case Proposal.Unknown unknown -> false;
          };
      require(
          allowed,
          Rule.EXTERNAL_COMMIT_PROPOSALS,
          "type " + entry.proposal().type() + " in an external Commit");
      if (entry.proposal() instanceof Proposal.SelfRemove) {
        checkSelfRemove(entry.sender(), Optional.empty(), removed);
        continue;
      }
      require(
          entry.sender() instanceof Sender.NewMemberCommit,
          Rule.EXTERNAL_COMMIT_BY_VALUE,
          "a reference in an external Commit");
      if (entry.proposal() instanceof Proposal.Remove(LeafIndex leaf)) {
        replaced.add(leaf);
      }
    }
    for (LeafIndex leaf : replaced) {
      require(removed.add(leaf), Rule.ONE_CHANGE_PER_LEAF, "Remove and SelfRemove of " + leaf);
    }
    require(
        list.of(Proposal.ExternalInit.class).size() == 1,
        Rule.ONE_EXTERNAL_INIT,
        "an external Commit has exactly one ExternalInit");
    require(
        list.of(Proposal.Remove.class).size() <= 1,
        Rule.EXTERNAL_COMMIT_ONE_REMOVE,
        "an external Commit removes at most its sender's old leaf");
    checkPsksDistinct(list);
    checkTypesSupported(list, tree);
  }

  private static void checkPsksDistinct(ProposalList list) throws MlsException.Invalid {
    Set<PreSharedKeyId> seen = new HashSet<>();
    for (PreSharedKeyId id : list.psks()) {
      require(seen.add(id), Rule.PSK_ONCE, "the same PreSharedKeyID twice");
    }
  }

  /**
   * What a PreSharedKey proposal must be like (section 12.1.4). {@code usage}: what resumption PSKs
   * are for: application in a running group, another in the first Commit of a new one.
   */
  static void checkPsk(PreSharedKeyId id, CipherSuite suite, PreSharedKeyId.Usage usage)
      throws MlsException.Invalid {
    checkPskNonce(id, suite);
    if (id instanceof PreSharedKeyId.Resumption resumption
        && resumption.usage() != usage
        && resumption.usage() != PreSharedKeyId.Usage.APPLICATION) {
      throw new MlsException.Invalid(Rule.PSK_USAGE, "usage " + resumption.usage());
    }
  }

  static void checkPskNonce(PreSharedKeyId id, CipherSuite suite) throws MlsException.Invalid {
    if (id.nonce().length != suite.hashLength()) {
      throw new MlsException.Invalid(Rule.PSK_NONCE_LENGTH, "psk_nonce is not KDF.Nh long");
    }
  }

  private static void require(boolean holds, Rule rule, String message)
      throws MlsException.Invalid {
    if (!holds) {
      throw invalid(rule, message);
    }
  }

  private static MlsException.Invalid invalid(Rule rule, String message) {
    return new MlsException.Invalid(rule, message);
  }
}
