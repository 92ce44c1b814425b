package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;

/** A proposal of the current epoch that no Commit has covered yet. */
public record PendingProposal(ProposalRef ref, Sender sender, Proposal proposal) {
  static PendingProposal of(CachedProposal cached) {
    return new PendingProposal(cached.ref(), cached.sender(), cached.proposal());
  }
}
