package io.lockstep.mls;

import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.util.stream.Stream;

/**
 * The part of processing a Commit that needs no secret (RFC 9420 section 12.4.2): its proposals,
 * the rules for their list, their effects, the public part of its path. Its signature was verified.
 */
final class PublicCommitProcessing {
  private final PublicState state;
  private final Sender sender;
  private final Commit commit;
  private final ReceiveContext context;

  private PublicCommitProcessing(
      PublicState state, Sender sender, Commit commit, ReceiveContext context) {
    this.state = state;
    this.sender = sender;
    this.commit = commit;
    this.context = context;
  }

  static PublicTransition process(
      PublicState state, AuthenticatedContent message, Commit commit, ReceiveContext context)
      throws MlsException {
    Sender sender = message.content().sender();
    PublicCommitProcessing processing = new PublicCommitProcessing(state, sender, commit, context);
    return switch (sender) {
      case Sender.Member(LeafIndex committer) -> processing.byMember(committer);
      case Sender.NewMemberCommit joiner -> processing.byJoiner();
      case Sender.External external -> throw notACommitter();
      case Sender.NewMemberProposal joiner -> throw notACommitter();
    };
  }

  private static MlsException.Invalid notACommitter() {
    return new MlsException.Invalid(Rule.COMMIT_SENDER, "this kind of sender cannot commit");
  }

  private PublicTransition byMember(LeafIndex committer) throws MlsException {
    ProposalList list = ProposalList.resolve(commit, sender, state.proposals());
    ProposalListRules.checkMemberCommit(list, committer, state.tree());
    requirePath(list);
    ProposalEffects effects = effects(list);
    return transition(CommitSummary.Kind.BY_MEMBER, list, effects, committer);
  }

  private PublicTransition byJoiner() throws MlsException {
    ProposalList list = ProposalList.resolve(commit, sender, state.proposals());
    ProposalListRules.checkExternalCommit(list, state.tree());
    requirePath(list);
    ProposalEffects effects = effects(list);
    checkResync(list);
    LeafIndex joiner = effects.tree().nextFreeLeaf();
    return transition(CommitSummary.Kind.EXTERNAL, list, effects, joiner);
  }

  /**
   * Nobody but its own earlier self may be removed by a joiner (section 12.2), whatever a GroupInfo
   * gave away, and those who asked for it by a SelfRemove.
   */
  private void checkResync(ProposalList list) throws MlsException {
    LeafNode joiner = commit.path().orElseThrow().leafNode();
    for (Proposal.Remove remove : list.of(Proposal.Remove.class)) {
      LeafNode old = state.tree().member(remove.removed());
      if (!context.credentials().sameClient(old.credential(), joiner.credential())) {
        throw new MlsException.Invalid(
            Rule.EXTERNAL_REMOVE_SAME_CLIENT, "a joiner removes another client than itself");
      }
      if (old.encryptionKey().equals(joiner.encryptionKey())) {
        throw new MlsException.Invalid(
            Rule.EXTERNAL_REMOVE_NEW_KEY, "encryption_key is that of the removed leaf");
      }
    }
  }

  private void requirePath(ProposalList list) throws MlsException.Invalid {
    if (commit.path().isEmpty() && list.requiresPath()) {
      throw new MlsException.Invalid(Rule.PATH_REQUIRED, "the Commit has no path");
    }
  }

  private ProposalEffects effects(ProposalList list) throws MlsException {
    return ProposalEffects.of(
        list, state.context(), state.tree(), context.receiving(), resumptionUsage(list));
  }

  /**
   * The Commit by which a group grows out of another one (sections 11.2 and 11.3) is its first: no
   * other member ever processes it, but a tracker may.
   */
  private PreSharedKeyId.Usage resumptionUsage(ProposalList list) {
    if (state.context().epoch() != 0) {
      return PreSharedKeyId.Usage.APPLICATION;
    }
    return list.psks().stream()
        .flatMap(
            id ->
                id instanceof PreSharedKeyId.Resumption resumption
                    ? Stream.of(resumption.usage())
                    : Stream.empty())
        .filter(usage -> usage != PreSharedKeyId.Usage.APPLICATION)
        .findFirst()
        .orElse(PreSharedKeyId.Usage.APPLICATION);
  }

  private PublicTransition transition(
      CommitSummary.Kind kind, ProposalList list, ProposalEffects effects, LeafIndex committer)
      throws MlsException {
    RatchetTree tree = effects.tree();
    if (commit.path().isPresent()) {
      requireUsableKeys(commit.path().get());
      LeafNode leaf = commit.path().get().leafNode();
      TreeRules.checkCommitLeaf(
          tree, committer, leaf, state.context().groupId(), context.credentials());
      tree = tree.merge(committer, commit.path().get(), effects.addedLeaves());
      TreeRules.checkSupport(tree, effects.extensions());
    }
    GroupContext provisional = state.context().next(tree.treeHash(), effects.extensions());
    return new PublicTransition(kind, list, effects, committer, tree, provisional);
  }

  /**
   * Keys of nodes that are not above a member are of no use to it now, but to a later committer: a
   * key that nobody can encrypt to would stop that one.
   */
  private void requireUsableKeys(UpdatePath path) throws MlsException.Invalid {
    for (HpkePublicKey key : path.nodeKeys()) {
      if (!state.suite().isHpkePublicKey(key)) {
        throw new MlsException.Invalid(Rule.PUBLIC_KEY_VALID, "a key of the path is none");
      }
    }
  }
}
