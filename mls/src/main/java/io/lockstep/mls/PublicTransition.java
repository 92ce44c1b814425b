package io.lockstep.mls;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import java.util.List;

/**
 * What a Commit makes of a group, as far as that can be seen without a secret. Members go on from
 * here to the key schedule; who only tracks the group has nothing more.
 *
 * @param committer its leaf in {@code tree}: after an external Commit the one that the joiner took
 * @param tree proposals applied and path merged
 * @param provisional the context of the next epoch, with the old confirmed transcript hash
 */
record PublicTransition(
    CommitSummary.Kind kind,
    ProposalList list,
    ProposalEffects effects,
    LeafIndex committer,
    RatchetTree tree,
    GroupContext provisional) {

  Member committerNow() throws MlsException.Invalid {
    return Member.of(committer, tree.member(committer));
  }

  boolean removes(LeafIndex leaf) {
    return effects.removed().contains(leaf);
  }

  GroupState.Phase nextPhase() {
    return CommitCreation.nextPhase(list);
  }

  /** The context of the next epoch. {@code interim}: the interim transcript hash of this one. */
  GroupContext confirmedBy(AuthenticatedContent commit, byte[] interim) {
    return EpochChange.confirmed(provisional, interim, commit);
  }

  /** {@code before}: the tree that the Commit changed. */
  CommitSummary summary(RatchetTree before) throws MlsException.Invalid {
    return new CommitSummary(
        kind,
        committerNow(),
        members(tree, List.copyOf(effects.addedLeaves())),
        members(tree, effects.updated()),
        members(before, effects.removed()),
        list.custom());
  }

  private static List<Member> members(RatchetTree tree, List<LeafIndex> leaves) {
    return leaves.stream()
        .flatMap(leaf -> tree.leaf(leaf).map(node -> Member.of(leaf, node)).stream())
        .toList();
  }
}
