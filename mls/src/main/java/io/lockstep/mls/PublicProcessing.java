package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.UpdatePath;
import java.util.List;

/** A tracker receives a message: all of RFC 9420 section 6 and 12.4.2 that needs no secret. */
final class PublicProcessing {
  private final PublicGroupState state;
  private final ReceiveContext context;

  private PublicProcessing(PublicGroupState state, ReceiveContext context) {
    this.state = state;
    this.context = context;
  }

  static PublicEffect process(PublicGroupState state, byte[] message, ReceiveContext context)
      throws MlsException {
    PublicProcessing processing = new PublicProcessing(state, context);
    TlsReader in = new TlsReader(message);
    return switch (MlsFrame.wireFormat(in)) {
      case PUBLIC_MESSAGE -> {
        PublicMessage open = PublicMessage.decode(in);
        in.expectEnd();
        yield processing.process(open);
      }
      case PRIVATE_MESSAGE -> processing.process((MlsFrame.PrivateMessage) MlsFrame.read(message));
      case WELCOME, GROUP_INFO, KEY_PACKAGE ->
          throw new MlsException.Malformed("this is no message within a group");
    };
  }

  // PrivateMessage

  private PublicEffect process(MlsFrame.PrivateMessage message) throws MlsException {
    HandshakeRules.requireGroup(message.groupId(), state);
    return switch (message.contentType()) {
      case APPLICATION -> {
        requireNotAhead(message.epoch());
        yield unseen(message, state);
      }
      case PROPOSAL -> {
        requireHandshake(message.groupId(), message.epoch());
        yield unseen(message, state.withSight(PublicGroupState.Sight.PROPOSALS_UNSEEN));
      }
      case COMMIT -> {
        requireHandshake(message.groupId(), message.epoch());
        yield unseen(message, state.withSight(PublicGroupState.Sight.LOST));
      }
    };
  }

  private static PublicEffect.Unseen unseen(
      MlsFrame.PrivateMessage message, PublicGroupState next) {
    return new PublicEffect.Unseen(
        new PublicGroup(next), message.contentType(), message.epoch(), message.authenticatedData());
  }

  /** How far back is for the caller to say: no key is needed to let a late message pass. */
  private void requireNotAhead(long epoch) throws MlsException {
    state.requireInSight();
    long current = state.context().epoch();
    if (Long.compareUnsigned(epoch, current) > 0) {
      throw new MlsException.WrongEpoch(current, epoch);
    }
  }

  private void requireHandshake(GroupId group, long epoch) throws MlsException {
    state.requireInSight();
    HandshakeRules.requireCurrentEpoch(group, epoch, state);
    state.requireActive();
  }

  // PublicMessage

  private PublicEffect process(PublicMessage message) throws MlsException {
    FramedContent framed = message.framed();
    HandshakeRules.requireGroup(framed.groupId(), state);
    requireHandshake(framed.groupId(), framed.epoch());
    AuthenticatedContent content = message.withoutMembership(state.suite());
    HandshakeRules.requireSignature(content, state);
    return switch (framed.content()) {
      case Content.Proposed(Proposal proposal) -> receive(content, proposal);
      case Content.Committed(Commit commit) -> follow(content, commit);
      case Content.Application application ->
          throw new IllegalStateException("application data in a PublicMessage was let in");
    };
  }

  private PublicEffect receive(AuthenticatedContent content, Proposal proposal)
      throws MlsException {
    CachedProposal cached = HandshakeRules.checkedProposal(content, proposal, state, context);
    return new PublicEffect.ProposalReceived(
        new PublicGroup(state.withProposal(cached)),
        PendingProposal.of(cached),
        content.content().authenticatedData());
  }

  private PublicEffect follow(AuthenticatedContent content, Commit commit) throws MlsException {
    FramedContent framed = content.content();
    if (mayReferToUnseen(framed.sender(), commit)) {
      return new PublicEffect.Unseen(
          new PublicGroup(state.withSight(PublicGroupState.Sight.LOST)),
          ContentType.COMMIT,
          framed.epoch(),
          framed.authenticatedData());
    }
    requireMacLength(content.confirmationTag());
    PublicTransition open = PublicCommitProcessing.process(state, content, commit, context);
    if (commit.path().isPresent()) {
      requireCiphertextLengths(commit.path().get());
    }
    for (Proposal.ExternalInit init : open.list().of(Proposal.ExternalInit.class)) {
      requireKemOutput(init.kemOutput());
    }
    return new PublicEffect.CommitApplied(
        new PublicGroup(state.advance(open, content)),
        open.summary(state.tree()),
        List.copyOf(open.effects().added().values()),
        framed.authenticatedData());
  }

  /** A joiner cannot read proposals that are encrypted, so only a member can refer to them. */
  private boolean mayReferToUnseen(Sender sender, Commit commit) {
    return sender instanceof Sender.Member
        && state.sight() == PublicGroupState.Sight.PROPOSALS_UNSEEN
        && commit.proposals().stream().anyMatch(this::isUnknownReference);
  }

  private boolean isUnknownReference(ProposalOrRef proposal) {
    return proposal instanceof ProposalOrRef.ByReference(ProposalRef ref)
        && state.proposals().find(ref).isEmpty();
  }

  // What a member finds out by using the bytes, and we only by counting them

  private void requireMacLength(byte[] confirmationTag) throws MlsException.Invalid {
    if (confirmationTag.length != state.suite().hashLength()) {
      throw new MlsException.Invalid(Rule.CONFIRMATION_TAG, "it is not as long as a MAC");
    }
  }

  private void requireKemOutput(byte[] kemOutput) throws MlsException.Invalid {
    if (kemOutput.length != state.suite().kemOutputLength()) {
      throw new MlsException.Invalid(Rule.PUBLIC_KEY_VALID, "kem_output has another length");
    }
  }

  private void requireCiphertextLengths(UpdatePath path) throws MlsException.Invalid {
    CipherSuite suite = state.suite();
    int sealedSecret = suite.sealedLength(suite.hashLength());
    for (UpdatePath.Node node : path.nodes()) {
      for (HpkeCiphertext each : node.encryptedPathSecrets()) {
        requireKemOutput(each.kemOutput());
        if (each.ciphertext().length != sealedSecret) {
          throw new MlsException.Invalid(
              Rule.PATH_SECRET_LENGTH, "the ciphertext is not that of KDF.Nh bytes");
        }
      }
    }
  }
}
