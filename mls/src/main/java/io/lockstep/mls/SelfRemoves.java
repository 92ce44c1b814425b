package io.lockstep.mls;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * SelfRemove proposals as a joiner sees them (draft-ietf-mls-extensions): it can verify all of them
 * but the membership tag.
 */
final class SelfRemoves {
  private SelfRemoves() {}

  /** By the leaf that leaves; of several for one leaf the last. */
  static Map<LeafIndex, CachedProposal> pending(
      List<byte[]> messages, GroupContext context, RatchetTree tree) throws MlsException {
    Map<LeafIndex, CachedProposal> pending = new TreeMap<>();
    for (byte[] message : messages) {
      AuthenticatedContent content =
          MlsMessage.decode(message, WireFormat.PUBLIC_MESSAGE, PublicMessage::decode)
              .withoutMembership(context.suite());
      FramedContent framed = content.content();
      if (!framed.groupId().equals(context.groupId())) {
        throw new MlsException.WrongGroup();
      }
      if (framed.epoch() != context.epoch()) {
        throw new MlsException.WrongEpoch(context.epoch(), framed.epoch());
      }
      if (!(framed.content() instanceof Content.Proposed(Proposal.SelfRemove selfRemove))
          || !(framed.sender() instanceof Sender.Member(LeafIndex leaf))) {
        throw new MlsException.Invalid(
            Rule.SELF_REMOVE_BY_MEMBER, "this is no SelfRemove of a member");
      }
      HandshakeRules.requireSignature(content, tree.member(leaf).signatureKey(), context);
      pending.put(
          leaf,
          new CachedProposal(content.proposalRef(context.suite()), framed.sender(), selfRemove));
    }
    return pending;
  }
}
