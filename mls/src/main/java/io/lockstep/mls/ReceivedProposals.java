package io.lockstep.mls;

import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Chooses which of the proposals that were received a Commit covers: as many as form a valid list
 * with those that the committer adds itself (RFC 9420 sections 12.2 and 12.4). Of several for one
 * leaf a SelfRemove wins, then a Remove, then the newest Update.
 */
final class ReceivedProposals {
  private static final List<Predicate<Proposal>> PRECEDENCE =
      List.of(
          Proposal.SelfRemove.class::isInstance,
          Proposal.Remove.class::isInstance,
          each -> !(each instanceof Proposal.SelfRemove || each instanceof Proposal.Remove));

  private final Set<LeafIndex> taken = new HashSet<>();
  private final Set<SignaturePublicKey> adding = new HashSet<>();
  private final List<CachedProposal> chosen = new ArrayList<>();
  private boolean extensionsTaken;

  private ReceivedProposals(LeafIndex self, List<Proposal> inline) {
    taken.add(self);
    for (Proposal proposal : inline) {
      reserve(proposal);
    }
  }

  /** In the order in which they came. */
  static List<CachedProposal> choose(GroupState state, List<Proposal> inline) {
    if (inline.stream().anyMatch(Proposal.ReInit.class::isInstance)) {
      return List.of();
    }
    ReceivedProposals choice = new ReceivedProposals(state.self(), inline);
    List<CachedProposal> all = state.proposals().proposals();
    List<CachedProposal> newestFirst = all.reversed();
    for (Predicate<Proposal> kind : PRECEDENCE) {
      for (CachedProposal each : newestFirst) {
        if (kind.test(each.proposal())) {
          choice.consider(each);
        }
      }
    }
    Set<CachedProposal> chosen = new HashSet<>(choice.chosen);
    List<CachedProposal> ordered = all.stream().filter(chosen::contains).toList();
    return ordered.isEmpty() && inline.isEmpty() ? reInit(all) : ordered;
  }

  private static List<CachedProposal> reInit(List<CachedProposal> all) {
    return all.stream()
        .filter(each -> each.proposal() instanceof Proposal.ReInit)
        .limit(1)
        .toList();
  }

  private void reserve(Proposal proposal) {
    switch (proposal) {
      case Proposal.Remove(LeafIndex removed) -> taken.add(removed);
      case Proposal.Add(KeyPackage keyPackage) -> adding.add(keyPackage.signatureKey());
      case Proposal.GroupContextExtensions extensions -> extensionsTaken = true;
      case Proposal.Update update -> {}
      case Proposal.PreSharedKey psk -> {}
      case Proposal.ReInit reInit -> {}
      case Proposal.ExternalInit init -> {}
      case Proposal.SelfRemove selfRemove -> {}
      case Proposal.Unknown unknown -> {}
    }
  }

  private void consider(CachedProposal cached) {
    boolean fits =
        switch (cached.proposal()) {
          case Proposal.Remove(LeafIndex removed) -> taken.add(removed);
          case Proposal.Update update ->
              cached.sender() instanceof Sender.Member(LeafIndex leaf) && taken.add(leaf);
          case Proposal.SelfRemove selfRemove ->
              cached.sender() instanceof Sender.Member(LeafIndex leaf) && taken.add(leaf);
          case Proposal.Add(KeyPackage keyPackage) -> adding.add(keyPackage.signatureKey());
          case Proposal.PreSharedKey psk -> true;
          case Proposal.GroupContextExtensions extensions -> {
            boolean first = !extensionsTaken;
            extensionsTaken = true;
            yield first;
          }
          case Proposal.Unknown unknown -> true;
          case Proposal.ReInit reInit -> false;
          case Proposal.ExternalInit init -> false;
        };
    if (fits) {
      chosen.add(cached);
    }
  }
}
