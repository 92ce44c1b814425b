package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.tree.LeafIndex;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Commit covers, in its order, with references resolved. Each proposal is attributed to who
 * sent it.
 */
record ProposalList(List<Entry> entries) {
  record Entry(Sender sender, Proposal proposal) {}

  ProposalList {
    entries = List.copyOf(entries);
  }

  /**
   * Inline proposals are the committer's own. Invalid if a reference names a proposal that is not
   * known.
   */
  static ProposalList resolve(Commit commit, Sender committer, ProposalCache cache)
      throws MlsException.Invalid {
    List<Entry> entries = new ArrayList<>();
    for (ProposalOrRef each : commit.proposals()) {
      entries.add(
          switch (each) {
            case ProposalOrRef.Inline(Proposal proposal) -> new Entry(committer, proposal);
            case ProposalOrRef.ByReference(ProposalRef ref) -> referred(ref, cache);
          });
    }
    return new ProposalList(entries);
  }

  private static Entry referred(ProposalRef ref, ProposalCache cache) throws MlsException.Invalid {
    CachedProposal cached =
        cache
            .find(ref)
            .orElseThrow(
                () ->
                    new MlsException.Invalid(
                        Rule.PROPOSAL_KNOWN, "the Commit refers to an unknown proposal"));
    return new Entry(cached.sender(), cached.proposal());
  }

  <P extends Proposal> List<P> of(Class<P> kind) {
    return entries.stream().map(Entry::proposal).filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Named by a Remove, or of members that remove themselves. Not checked. */
  List<LeafIndex> removedLeaves() {
    List<LeafIndex> leaves = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.proposal instanceof Proposal.Remove(LeafIndex removed)) {
        leaves.add(removed);
      } else if (entry.proposal instanceof Proposal.SelfRemove
          && entry.sender instanceof Sender.Member(LeafIndex leaver)) {
        leaves.add(leaver);
      }
    }
    return leaves;
  }

  /** Proposals of types that this engine does not know. */
  List<CustomProposal> custom() {
    List<CustomProposal> custom = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.proposal instanceof Proposal.Unknown proposal) {
        custom.add(new CustomProposal(entry.sender, proposal));
      }
    }
    return custom;
  }

  List<PreSharedKeyId> psks() {
    return of(Proposal.PreSharedKey.class).stream().map(Proposal.PreSharedKey::id).toList();
  }

  /** RFC 9420 section 12.4. Types that are not known are taken to require one. */
  boolean requiresPath() {
    return entries.isEmpty() || entries.stream().anyMatch(entry -> requiresPath(entry.proposal));
  }

  private static boolean requiresPath(Proposal proposal) {
    return switch (proposal) {
      case Proposal.Add add -> false;
      case Proposal.PreSharedKey psk -> false;
      case Proposal.ReInit reInit -> false;
      case Proposal.Update update -> true;
      case Proposal.Remove remove -> true;
      case Proposal.ExternalInit init -> true;
      case Proposal.GroupContextExtensions extensions -> true;
      case Proposal.SelfRemove selfRemove -> true;
      case Proposal.Unknown unknown -> true;
    };
  }
}
