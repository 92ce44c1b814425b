package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which proposals may stand together in a Commit (RFC 9420 section 12.2). What a single proposal
 * must be like is checked where it is applied, in {@link ProposalEffects}.
 */
final class ProposalListRules {
  private static final String SECTION = "12.2";

  private ProposalListRules() {}

  /** For the Commit of a member; {@code tree} is that of the epoch in which it was sent. */
  static void checkMemberCommit(ProposalList list, LeafIndex committer, RatchetTree tree)
      throws MlsException {
    Set<LeafIndex> changed = new HashSet<>();
    for (ProposalList.Entry entry : list.entries()) {
      switch (entry.proposal()) {
        case Proposal.Update update -> checkUpdate(entry.sender(), committer, changed);
        case Proposal.Remove(LeafIndex removed) -> checkRemove(removed, committer, changed);
        case Proposal.Unknown unknown -> checkSupported(unknown.type(), tree);
        case Proposal.ExternalInit init ->
            throw invalid("no-external-init", "in a member's Commit");
        case Proposal.Add add -> {}
        case Proposal.PreSharedKey psk -> {}
        case Proposal.ReInit reInit -> {}
        case Proposal.GroupContextExtensions extensions -> {}
      }
    }
    checkPsksDistinct(list);
    require(
        list.of(Proposal.GroupContextExtensions.class).size() <= 1,
        "one-group-context-extensions",
        "more than one GroupContextExtensions");
    require(
        list.of(Proposal.ReInit.class).isEmpty() || list.entries().size() == 1,
        "re-init-alone",
        "ReInit beside another proposal");
  }

  private static void checkUpdate(Sender sender, LeafIndex committer, Set<LeafIndex> changed)
      throws MlsException.Invalid {
    if (!(sender instanceof Sender.Member(LeafIndex leaf))) {
      throw new MlsException.Invalid("update-by-member", "12.1.2", "an Update of a non-member");
    }
    require(!leaf.equals(committer), "no-own-update", "the committer's own Update");
    require(changed.add(leaf), "one-change-per-leaf", "several Updates or Removes of " + leaf);
  }

  private static void checkRemove(LeafIndex removed, LeafIndex committer, Set<LeafIndex> changed)
      throws MlsException.Invalid {
    require(!removed.equals(committer), "no-own-removal", "the committer removes itself");
    require(
        changed.add(removed), "one-change-per-leaf", "several Updates or Removes of " + removed);
  }

  private static void checkSupported(int proposalType, RatchetTree tree) throws MlsException {
    RequiredCapabilities needed =
        new RequiredCapabilities(List.of(), List.of(proposalType), List.of());
    TreeRules.checkSupport(tree, List.of(needed.asExtension()));
  }

  /** For an external Commit: the only proposals that it may have, and only by value. */
  static void checkExternalCommit(ProposalList list) throws MlsException.Invalid {
    for (ProposalList.Entry entry : list.entries()) {
      boolean allowed =
          switch (entry.proposal()) {
            case Proposal.ExternalInit init -> true;
            case Proposal.Remove remove -> true;
            case Proposal.PreSharedKey psk -> true;
            case Proposal.Add add -> false;
            case Proposal.Update update -> false;
            case Proposal.ReInit reInit -> false;
            case Proposal.GroupContextExtensions extensions -> false;
            case Proposal.Unknown unknown -> false;
          };
      require(
          allowed,
          "external-commit-proposals",
          "type " + entry.proposal().type() + " in an external Commit");
      require(
          entry.sender() instanceof Sender.NewMemberCommit,
          "external-commit-by-value",
          "a reference in an external Commit");
    }
    require(
        list.of(Proposal.ExternalInit.class).size() == 1,
        "one-external-init",
        "an external Commit has exactly one ExternalInit");
    require(
        list.of(Proposal.Remove.class).size() <= 1,
        "external-commit-one-remove",
        "an external Commit removes at most its sender's old leaf");
    checkPsksDistinct(list);
  }

  private static void checkPsksDistinct(ProposalList list) throws MlsException.Invalid {
    Set<PreSharedKeyId> seen = new HashSet<>();
    for (PreSharedKeyId id : list.psks()) {
      require(seen.add(id), "psk-once", "the same PreSharedKeyID twice");
    }
  }

  /** What a PreSharedKey proposal must be like outside of ReInit and branching (section 12.1.4). */
  static void checkPsk(PreSharedKeyId id, CipherSuite suite) throws MlsException.Invalid {
    if (id.nonce().length != suite.hashLength()) {
      throw new MlsException.Invalid("psk-nonce-length", "12.1.4", "psk_nonce is not KDF.Nh long");
    }
    if (id instanceof PreSharedKeyId.Resumption resumption
        && resumption.usage() != PreSharedKeyId.Usage.APPLICATION) {
      throw new MlsException.Invalid(
          "psk-usage", "12.1.4", "usage " + resumption.usage() + " in a running group");
    }
  }

  private static void require(boolean holds, String rule, String message)
      throws MlsException.Invalid {
    if (!holds) {
      throw invalid(rule, message);
    }
  }

  private static MlsException.Invalid invalid(String rule, String message) {
    return new MlsException.Invalid(rule, SECTION, message);
  }
}
