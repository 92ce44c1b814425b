package io.lockstep.mls;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;

/**
 * Proposals of those who are no members (RFC 9420 section 12.1.8), always as PublicMessage. All
 * that they must know of a group is its id and its epoch. A proposal has an effect only if a member
 * commits it in that epoch.
 */
public final class ExternalProposals {
  private final GroupId group;
  private final long epoch;
  private final byte[] authenticatedData;

  private ExternalProposals(GroupId group, long epoch, byte[] authenticatedData) {
    this.group = group;
    this.epoch = epoch;
    this.authenticatedData = authenticatedData;
  }

  /** To the group in its present epoch, which is unsigned. */
  public static ExternalProposals to(GroupId group, long epoch) {
    return new ExternalProposals(group, epoch, new byte[0]);
  }

  /** The same with bytes beside the proposal that are covered by the signature. */
  public ExternalProposals withAuthenticatedData(byte[] data) {
    return new ExternalProposals(group, epoch, data.clone());
  }

  /**
   * An MLSMessage of the sender with that index (uint32) in the group's {@link ExternalSender}s.
   * {@code keys} are those that are named there. IllegalArgumentException for a type that no
   * external sender may send: it may add, remove, name PSKs, and replace extensions or the group.
   */
  public byte[] from(long senderIndex, SignatureKeyPair keys, Proposal proposal) {
    if (!mayBeSentFromOutside(proposal)) {
      throw new IllegalArgumentException(
          "proposal type " + proposal.type() + " cannot be sent from outside");
    }
    return message(new Sender.External(senderIndex), keys, proposal);
  }

  /**
   * An MLSMessage by which a client asks to be added. {@code keys} are those of the KeyPackage,
   * which should be used nowhere else. Members decide whether they want it.
   */
  public byte[] addMe(KeyPackage keyPackage, SignatureKeyPair keys) {
    if (!keyPackage.signatureKey().equals(keys.publicKey())) {
      throw new IllegalArgumentException("the signature key is not that of the KeyPackage");
    }
    return message(new Sender.NewMemberProposal(), keys, new Proposal.Add(keyPackage));
  }

  private byte[] message(Sender sender, SignatureKeyPair keys, Proposal proposal) {
    FramedContent framed =
        new FramedContent(group, epoch, sender, authenticatedData, new Content.Proposed(proposal));
    // These kinds of sender sign without the GroupContext, which they need not know.
    AuthenticatedContent signed =
        AuthenticatedContent.sign(WireFormat.PUBLIC_MESSAGE, framed, keys, new byte[0]);
    return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, PublicMessage.ofOutsider(signed));
  }

  static boolean mayBeSentFromOutside(Proposal proposal) {
    return switch (proposal) {
      case Proposal.Add add -> true;
      case Proposal.Remove remove -> true;
      case Proposal.PreSharedKey psk -> true;
      case Proposal.ReInit reInit -> true;
      case Proposal.GroupContextExtensions extensions -> true;
      case Proposal.Update update -> false;
      case Proposal.ExternalInit init -> false;
      case Proposal.SelfRemove selfRemove -> false;
      case Proposal.Unknown unknown -> false;
    };
  }
}
