package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A member follows a Commit of another member or of an external joiner (RFC 9420 section 12.4.2).
 * Its signature was verified.
 */
final class CommitProcessing {
  private final GroupState state;
  private final AuthenticatedContent message;
  private final Commit commit;
  private final ReceiveContext context;

  private CommitProcessing(
      GroupState state, AuthenticatedContent message, Commit commit, ReceiveContext context) {
    this.state = state;
    this.message = message;
    this.commit = commit;
    this.context = context;
  }

  static Effect process(
      GroupState state, AuthenticatedContent message, Commit commit, ReceiveContext context)
      throws MlsException {
    CommitProcessing processing = new CommitProcessing(state, message, commit, context);
    return switch (message.content().sender()) {
      case Sender.Member(LeafIndex committer) -> processing.byMember(committer);
      case Sender.NewMemberCommit joiner -> processing.byJoiner();
      case Sender.External external -> throw notACommitter();
      case Sender.NewMemberProposal joiner -> throw notACommitter();
    };
  }

  private static MlsException.Invalid notACommitter() {
    return new MlsException.Invalid(Rule.COMMIT_SENDER, "this kind of sender cannot commit");
  }

  private Effect byMember(LeafIndex committer) throws MlsException {
    ProposalList list = ProposalList.resolve(commit, message.content().sender(), state.proposals());
    ProposalListRules.checkMemberCommit(list, committer, state.tree());
    requirePath(list);
    ProposalEffects effects = effects(list);
    return follow(list, effects, committer, state.secrets().init());
  }

  private Effect byJoiner() throws MlsException {
    ProposalList list =
        ProposalList.resolve(commit, message.content().sender(), ProposalCache.EMPTY);
    ProposalListRules.checkExternalCommit(list);
    requirePath(list);
    ProposalEffects effects = effects(list);
    checkResync(effects);
    CipherSuite suite = state.suite();
    byte[] kemOutput = list.of(Proposal.ExternalInit.class).getFirst().kemOutput();
    HpkeKeyPair external = state.secrets().externalKeyPair(suite);
    try (Secret init =
        suite.exportFrom(
            external, kemOutput, KeySchedule.externalInitContext(), suite.hashLength())) {
      return follow(list, effects, effects.tree().nextFreeLeaf(), init);
    }
  }

  /**
   * Nobody but its own earlier self may be removed by a joiner (section 12.2), whatever a GroupInfo
   * gave away.
   */
  private void checkResync(ProposalEffects effects) throws MlsException {
    LeafNode joiner = commit.path().orElseThrow().leafNode();
    for (LeafIndex removed : effects.removed()) {
      LeafNode old = state.tree().member(removed);
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
    return ProposalEffects.of(list, state.context(), state.tree(), context.receiving());
  }

  private Effect follow(
      ProposalList list, ProposalEffects effects, LeafIndex committer, Secret init)
      throws MlsException {
    RatchetTree tree = effects.tree();
    Set<LeafIndex> added = effects.addedLeaves();
    if (commit.path().isPresent()) {
      LeafNode leaf = commit.path().get().leafNode();
      TreeRules.checkCommitLeaf(
          tree, committer, leaf, state.context().groupId(), context.credentials());
      tree = tree.merge(committer, commit.path().get(), added);
      TreeRules.checkSupport(tree, effects.extensions());
    }
    if (effects.removed().contains(state.self())) {
      return new Effect.Removed(new Group(state), committerOf(committer, tree));
    }
    GroupContext provisional = state.context().next(tree.treeHash(), effects.extensions());
    Keys keys = keys(effects, tree, committer, provisional);
    try (Secret commitSecret = keys.commitSecret;
        Secret psk =
            PskResolver.pskSecret(state.suite(), effects.psks(), state.pskSource(context.psks()));
        EpochChange change =
            EpochChange.of(
                provisional,
                state.interimTranscriptHash(),
                message,
                new EpochChange.Inputs(init, commitSecret, psk),
                tree.leafCount())) {
      change.verify(message.confirmationTag());
      GroupState next =
          state.advance(
              change,
              tree,
              keys.privateTree,
              CommitCreation.nextPhase(list),
              effects.changedLeaves(committer));
      return new Effect.CommitApplied(
          new Group(next),
          summary(effects, next, committer),
          message.content().authenticatedData());
    }
  }

  /** What the path, or its absence, gives to this member. */
  private record Keys(PrivateTree privateTree, Secret commitSecret) {}

  private Keys keys(
      ProposalEffects effects, RatchetTree tree, LeafIndex committer, GroupContext provisional)
      throws MlsException {
    PrivateTree own = ownKeysAfter(effects);
    Optional<UpdatePath> path = commit.path();
    if (path.isEmpty()) {
      return new Keys(own.retained(tree), Secret.zeros(state.suite().hashLength()));
    }
    PrivateTree.Received received =
        own.receive(tree, committer, path.get(), provisional.encode(), effects.addedLeaves());
    return new Keys(received.privateTree(), received.commitSecret());
  }

  /** An own Update that the Commit covers brings its leaf key into use. */
  private PrivateTree ownKeysAfter(ProposalEffects effects) throws MlsException {
    PrivateTree own = state.ownKeys();
    if (effects.updated().contains(state.self())) {
      LeafNode leaf = effects.tree().member(state.self());
      HpkeKeyPair keys =
          state
              .proposals()
              .updateKey(leaf.encryptionKey())
              .orElseThrow(
                  () ->
                      new MlsException.Invalid(
                          Rule.OWN_UPDATE_KNOWN, "the key of our Update is lost"));
      own = own.withLeafKey(keys);
    }
    return own.retained(effects.tree());
  }

  private CommitSummary summary(ProposalEffects effects, GroupState next, LeafIndex committer)
      throws MlsException {
    CommitSummary.Kind kind =
        message.content().sender() instanceof Sender.NewMemberCommit
            ? CommitSummary.Kind.EXTERNAL
            : CommitSummary.Kind.BY_MEMBER;
    return new CommitSummary(
        kind,
        committerOf(committer, next.tree()),
        members(next.tree(), List.copyOf(effects.addedLeaves())),
        members(next.tree(), effects.updated()),
        members(state.tree(), effects.removed()));
  }

  private static Member committerOf(LeafIndex committer, RatchetTree tree) throws MlsException {
    return Member.of(committer, tree.member(committer));
  }

  private static List<Member> members(RatchetTree tree, List<LeafIndex> leaves) {
    return leaves.stream()
        .flatMap(leaf -> tree.leaf(leaf).map(node -> Member.of(leaf, node)).stream())
        .toList();
  }
}
