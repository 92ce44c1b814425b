package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.PrivateTree;
import java.util.Optional;

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
    return new CommitProcessing(state, message, commit, context).process();
  }

  private Effect process() throws MlsException {
    PublicTransition open = PublicCommitProcessing.process(state, message, commit, context);
    if (open.removes(state.self())) {
      return new Effect.Removed(new Group(state), open.committerNow());
    }
    return switch (open.kind()) {
      case BY_MEMBER -> follow(open, state.secrets().init());
      case EXTERNAL -> {
        try (Secret init = externalInit(open)) {
          yield follow(open, init);
        }
      }
    };
  }

  private Secret externalInit(PublicTransition open) throws MlsException {
    CipherSuite suite = state.suite();
    byte[] kemOutput = open.list().of(Proposal.ExternalInit.class).getFirst().kemOutput();
    try (HpkeKeyPair external = state.secrets().externalKeyPair(suite)) {
      return suite.exportFrom(
          external, kemOutput, KeySchedule.externalInitContext(), suite.hashLength());
    }
  }

  private Effect follow(PublicTransition open, Secret init) throws MlsException {
    Keys keys = keys(open);
    try (Secret commitSecret = keys.commitSecret;
        Secret psk =
            PskResolver.pskSecret(
                state.suite(), open.effects().psks(), state.pskSource(context.pskSource()));
        EpochChange change =
            EpochChange.of(
                open.provisional(),
                state.interimTranscriptHash(),
                message,
                new EpochChange.Inputs(init, commitSecret, psk),
                open.tree().leafCount())) {
      try {
        change.verify(message.confirmationTag());
      } catch (MlsException e) {
        change.epoch().wipe();
        SecretSweep.wipeExcept(keys.privateTree.secrets(), state);
        throw e;
      }
      GroupState next =
          state.advance(
              change,
              open.tree(),
              keys.privateTree,
              open.nextPhase(),
              open.effects().changedLeaves(open.committer()),
              context.window().pastEpochs());
      return new Effect.CommitApplied(
          new Group(next), open.summary(state.tree()), message.content().authenticatedData());
    }
  }

  /** What the path, or its absence, gives to this member. */
  private record Keys(PrivateTree privateTree, Secret commitSecret) {}

  private Keys keys(PublicTransition open) throws MlsException {
    PrivateTree own = ownKeysAfter(open.effects());
    Optional<UpdatePath> path = commit.path();
    if (path.isEmpty()) {
      return new Keys(own.retained(open.tree()), Secret.zeros(state.suite().hashLength()));
    }
    PrivateTree.Received received =
        own.receive(
            open.tree(),
            open.committer(),
            path.get(),
            open.provisional().encode(),
            open.effects().addedLeaves());
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
}
