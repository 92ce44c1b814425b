package io.lockstep.mls;

import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.NewPath;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A member makes a Commit (RFC 9420 section 12.4.1). */
final class CommitCreation {
  private final GroupState state;
  private final CommitOptions options;
  private final ReceiveContext context;
  private final PreSharedKeyId.Usage usage;
  private final SecureRandom random;

  private CommitCreation(
      GroupState state,
      CommitOptions options,
      ReceiveContext context,
      PreSharedKeyId.Usage usage,
      SecureRandom random) {
    this.state = state;
    this.usage = usage;
    this.options = options;
    this.context = context;
    this.random = random;
  }

  static PendingCommit create(
      GroupState state, CommitOptions options, ReceiveContext context, SecureRandom random)
      throws MlsException {
    return create(state, options, context, PreSharedKeyId.Usage.APPLICATION, random);
  }

  /** {@code usage}: what a resumption PSK is for, another than application in a new group. */
  static PendingCommit create(
      GroupState state,
      CommitOptions options,
      ReceiveContext context,
      PreSharedKeyId.Usage usage,
      SecureRandom random)
      throws MlsException {
    state.requireActive();
    if (options.leaf().isPresent() && options.leaf().get().keys().suite() != state.suite()) {
      throw new IllegalArgumentException("the keys of the new leaf are of another suite");
    }
    return new CommitCreation(state, options, context, usage, random).create();
  }

  private PendingCommit create() throws MlsException {
    Covered covered = covered();
    List<CachedProposal> received = covered.received;
    ProposalList list = covered.list;
    ProposalEffects effects = covered.effects;
    boolean withPath = list.requiresPath() || options.path() == CommitOptions.PathPolicy.ALWAYS;
    if (!withPath) {
      GroupContext provisional =
          state.context().next(effects.tree().treeHash(), effects.extensions());
      PrivateTree ownKeys = state.ownKeys().retained(effects.tree());
      Secret commitSecret = Secret.zeros(state.suite().hashLength());
      Content content = content(received, Optional.empty());
      return finish(
          new Step(list, effects, provisional, effects.tree(), ownKeys, commitSecret, content),
          Optional.empty());
    }
    try (NewPath path =
        NewPath.create(
            effects.tree(),
            state.self(),
            options
                .leaf()
                .map(profile -> profile.content(random))
                .orElseGet(() -> state.ownLeaf().content()),
            state.context().groupId(),
            signerAfter(),
            random)) {
      if (options.leaf().isPresent()) {
        checkNewLeaf(path, effects);
      }
      GroupContext provisional = state.context().next(path.tree().treeHash(), effects.extensions());
      UpdatePath update = path.encrypt(provisional.encode(), effects.addedLeaves(), random);
      Content content = content(received, Optional.of(update));
      return finish(
          new Step(
              list,
              effects,
              provisional,
              path.tree(),
              path.privateTree(),
              path.commitSecret(),
              content),
          Optional.of(path));
    }
  }

  /**
   * What the Commit covers of the proposals that were received, all that it covers, and the rest.
   */
  private record Covered(
      List<CachedProposal> received, ProposalList list, ProposalEffects effects) {}

  /**
   * Without those received proposals that no Commit can cover: a type that some member does not
   * know, a KeyPackage that expired, a PSK that is not here. Whoever sent one must not be able to
   * keep the others from committing.
   */
  private Covered covered() throws MlsException {
    List<Proposal> own = options.proposals();
    List<CachedProposal> received =
        switch (options.received()) {
          case INCLUDE -> ReceivedProposals.choose(state, own);
          case LEAVE_OUT -> List.of();
        };
    try {
      return covered(received, own);
    } catch (MlsException.Invalid | MlsException.CredentialRefused e) {
      List<CachedProposal> sound = received.stream().filter(this::canBeCovered).toList();
      if (sound.size() == received.size()) {
        throw e;
      }
      return covered(sound, own);
    }
  }

  private boolean canBeCovered(CachedProposal proposal) {
    try {
      return !covered(List.of(proposal), List.of()).received.isEmpty();
    } catch (MlsException e) {
      return false;
    }
  }

  private Covered covered(List<CachedProposal> received, List<Proposal> own) throws MlsException {
    ProposalList list = list(received, own);
    ProposalListRules.checkMemberCommit(list, state.self(), state.tree());
    ProposalEffects effects =
        ProposalEffects.of(list, state.context(), state.tree(), context.sending(), usage);
    if (!effects.psks().isEmpty()) {
      pskSecret(effects).close();
    }
    return new Covered(received, list, effects);
  }

  private Secret pskSecret(ProposalEffects effects) throws MlsException.Invalid {
    PskSource psks = state.pskSource(context.pskSource());
    return PskResolver.pskSecret(state.suite(), effects.psks(), psks);
  }

  private SignatureKeyPair signerAfter() {
    return options.leaf().map(LeafProfile::keys).orElseGet(state::signer);
  }

  /** What the others will hold the leaf of the application's choice against. */
  private void checkNewLeaf(NewPath path, ProposalEffects effects) throws MlsException {
    TreeRules.checkCommitLeaf(
        effects.tree(),
        state.self(),
        path.leafNode(),
        state.context().groupId(),
        context.credentials());
    TreeRules.checkSupport(path.tree(), effects.extensions());
  }

  /** What is known of the next epoch once the path is there. */
  private record Step(
      ProposalList list,
      ProposalEffects effects,
      GroupContext provisional,
      RatchetTree tree,
      PrivateTree ownKeys,
      Secret commitSecret,
      Content content) {}

  private ProposalList list(List<CachedProposal> received, List<Proposal> own) {
    List<ProposalList.Entry> entries = new ArrayList<>();
    received.forEach(
        cached -> entries.add(new ProposalList.Entry(cached.sender(), cached.proposal())));
    Sender self = new Sender.Member(state.self());
    own.forEach(proposal -> entries.add(new ProposalList.Entry(self, proposal)));
    return new ProposalList(entries);
  }

  private Content content(List<CachedProposal> received, Optional<UpdatePath> path) {
    List<ProposalOrRef> proposals = new ArrayList<>();
    received.forEach(cached -> proposals.add(new ProposalOrRef.ByReference(cached.ref())));
    options.proposals().forEach(proposal -> proposals.add(new ProposalOrRef.Inline(proposal)));
    return new Content.Committed(new Commit(proposals, path));
  }

  private PendingCommit finish(Step step, Optional<NewPath> path) throws MlsException {
    AuthenticatedContent signed = Framing.sign(state, step.content, options.framing());
    try (Secret psk = pskSecret(step.effects);
        EpochChange change =
            EpochChange.of(
                step.provisional,
                state.interimTranscriptHash(),
                signed,
                new EpochChange.Inputs(state.secrets().init(), step.commitSecret, psk),
                step.tree.leafCount())) {
      AuthenticatedContent commit = signed.withConfirmationTag(change.confirmationTag());
      Framing.Sealed sealed = Framing.protect(state, commit, options.framing().padding(), random);
      GroupState next =
          sealed
              .next()
              .advance(
                  change,
                  step.tree,
                  step.ownKeys,
                  nextPhase(step.list),
                  step.effects.changedLeaves(state.self()),
                  context.window().pastEpochs())
              .withSigner(options.leaf().map(leaf -> leaf.keys().copy()).orElseGet(state::signer));
      WelcomeCreation welcomes = new WelcomeCreation(next, change, random);
      return new PendingCommit(
          sealed.message(),
          sealed.generation(),
          welcomes.welcome(step.effects, path, options.welcome()),
          options.groupInfo().map(content -> GroupInfos.message(next, content)),
          new Group(next));
    } finally {
      step.commitSecret.close();
    }
  }

  static GroupState.Phase nextPhase(ProposalList list) {
    List<Proposal.ReInit> reInits = list.of(Proposal.ReInit.class);
    return reInits.isEmpty()
        ? GroupState.ACTIVE
        : new GroupState.Phase.Closed(Optional.of(reInits.getFirst()));
  }
}
