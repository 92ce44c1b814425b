package io.lockstep.mls;

import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;

/**
 * What the frame of a message within a group is held against without any secret (RFC 9420 section
 * 6): group, epoch, sender, signature.
 */
final class HandshakeRules {
  private HandshakeRules() {}

  static void requireGroup(GroupId group, PublicState state) throws MlsException.WrongGroup {
    if (!group.equals(state.context().groupId())) {
      throw new MlsException.WrongGroup();
    }
  }

  static void requireCurrentEpoch(GroupId group, long epoch, PublicState state)
      throws MlsException {
    requireGroup(group, state);
    if (epoch != state.context().epoch()) {
      throw new MlsException.WrongEpoch(state.context().epoch(), epoch);
    }
  }

  /** By the key of whom the message names as its sender. For a message of the current epoch. */
  static void requireSignature(AuthenticatedContent content, PublicState state)
      throws MlsException {
    FramedContent framed = content.content();
    SignaturePublicKey key =
        switch (framed.sender()) {
          case Sender.Member(LeafIndex leaf) -> state.tree().member(leaf).signatureKey();
          case Sender.External(long index) ->
              ExternalSenders.in(state.context().extensions()).key(index);
          case Sender.NewMemberProposal joiner -> proposedMemberKey(framed.content());
          case Sender.NewMemberCommit joiner -> joinerKey(framed.content());
        };
    requireSignature(content, key, state.context());
  }

  static void requireSignature(
      AuthenticatedContent content, SignaturePublicKey key, GroupContext context)
      throws MlsException.Invalid {
    if (!content.verifySignature(context.suite(), key, context.encode())) {
      throw new MlsException.Invalid(Rule.CONTENT_SIGNATURE, "the signature does not verify");
    }
  }

  private static SignaturePublicKey proposedMemberKey(Content content) throws MlsException.Invalid {
    if (content instanceof Content.Proposed(Proposal.Add(KeyPackage keyPackage))) {
      return keyPackage.signatureKey();
    }
    throw new MlsException.Invalid(
        Rule.NEW_MEMBER_PROPOSAL_IS_ADD, "a new member can only propose to add itself");
  }

  private static SignaturePublicKey joinerKey(Content content) throws MlsException.Invalid {
    if (content instanceof Content.Committed(Commit commit)) {
      UpdatePath path =
          commit
              .path()
              .orElseThrow(
                  () ->
                      new MlsException.Invalid(
                          Rule.EXTERNAL_COMMIT_PATH, "the Commit has no path"));
      return path.leafNode().signatureKey();
    }
    throw new MlsException.Invalid(
        Rule.NEW_MEMBER_COMMIT_IS_COMMIT, "a joiner sends nothing but its Commit");
  }

  /**
   * A proposal that came by itself, held against all that can be said before a Commit covers it.
   */
  static CachedProposal checkedProposal(
      AuthenticatedContent content, Proposal proposal, PublicState state, ReceiveContext context)
      throws MlsException {
    Sender sender = content.content().sender();
    if (sender instanceof Sender.External && !ExternalProposals.mayBeSentFromOutside(proposal)) {
      throw new MlsException.Invalid(
          Rule.EXTERNAL_PROPOSAL_TYPE, "type " + proposal.type() + " from outside");
    }
    if (proposal instanceof Proposal.SelfRemove
        && content.wireFormat() != WireFormat.PUBLIC_MESSAGE) {
      throw new MlsException.Invalid(
          Rule.SELF_REMOVE_IS_PUBLIC, "a joiner could not read this SelfRemove");
    }
    ProposalEffects.checkAlone(
        proposal, sender, state.context(), state.tree(), context.receiving());
    return new CachedProposal(content.proposalRef(state.suite()), sender, proposal);
  }
}
