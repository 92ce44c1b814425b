package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.NewPath;
import io.lockstep.mls.tree.RatchetTree;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Signs and MACs, with its own keys and in public, what no honest member or joiner would send. Its
 * confirmation tags are as long as they must be, and false.
 */
final class DishonestMember {
  final GroupState state;
  final TestClient self;

  DishonestMember(TestClient self) throws MlsException {
    this(self, self.group());
  }

  /** {@code self} need not be a member, if it sends nothing as one. */
  DishonestMember(TestClient self, Group group) throws MlsException {
    this(self, GroupState.decode(new TlsReader(group.encode())));
  }

  DishonestMember(TestClient self, GroupState state) {
    this.self = self;
    this.state = state;
  }

  byte[] falseTag() {
    return new byte[state.suite().hashLength()];
  }

  // As a member

  byte[] commit(Proposal... inline) {
    return send(signed(new Commit(list(inline), Optional.empty())));
  }

  byte[] commit(UpdatePath path, Proposal... inline) {
    return send(signed(new Commit(list(inline), Optional.of(path))));
  }

  byte[] commitOf(ProposalRef... refs) {
    List<ProposalOrRef> list =
        Stream.of(refs).map(ref -> (ProposalOrRef) new ProposalOrRef.ByReference(ref)).toList();
    return send(signed(new Commit(list, Optional.empty())));
  }

  byte[] proposal(Proposal proposal) {
    return send(sign(new Content.Proposed(proposal)));
  }

  AuthenticatedContent signed(Commit commit) {
    return sign(new Content.Committed(commit)).withConfirmationTag(falseTag());
  }

  AuthenticatedContent sign(Content content) {
    return Framing.sign(state, content, HandshakeOptions.publicMessage());
  }

  byte[] send(AuthenticatedContent content) {
    return Framing.protect(state, content, self.random).message();
  }

  /** The path that belongs into a Commit of this list. */
  UpdatePath path(Proposal... inline) throws MlsException {
    return path(UnaryOperator.identity(), inline);
  }

  /** The same for a leaf with other content. */
  UpdatePath path(UnaryOperator<LeafNode.Content> change, Proposal... inline) throws MlsException {
    ProposalEffects effects = effects(new Sender.Member(state.self()), inline);
    LeafNode.Content content = change.apply(state.ownLeaf().content());
    return path(effects, state.self(), content);
  }

  // As a joiner

  byte[] join(Optional<UpdatePath> path, Proposal... inline) {
    Content content = new Content.Committed(new Commit(list(inline), path));
    return outside(new Sender.NewMemberCommit(), content, true);
  }

  UpdatePath joinerPath(Proposal... inline) throws MlsException {
    ProposalEffects effects = effects(new Sender.NewMemberCommit(), inline);
    LeafNode.Content content =
        new LeafNode.Content(
            new HpkePublicKey(new byte[0]), self.credential, Capabilities.standard(), List.of());
    return path(effects, effects.tree().nextFreeLeaf(), content);
  }

  byte[] outside(Sender sender, Content content, boolean tagged) {
    GroupContext context = state.context();
    FramedContent framed =
        new FramedContent(context.groupId(), context.epoch(), sender, new byte[0], content);
    AuthenticatedContent signed =
        AuthenticatedContent.sign(WireFormat.PUBLIC_MESSAGE, framed, self.keys, context.encode());
    PublicMessage message =
        PublicMessage.ofOutsider(tagged ? signed.withConfirmationTag(falseTag()) : signed);
    return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, message);
  }

  private ProposalEffects effects(Sender sender, Proposal... inline) throws MlsException {
    List<ProposalList.Entry> entries =
        Stream.of(inline).map(each -> new ProposalList.Entry(sender, each)).toList();
    return ProposalEffects.of(
        new ProposalList(entries), state.context(), state.tree(), TestClient.CONTEXT.sending());
  }

  private UpdatePath path(ProposalEffects effects, LeafIndex at, LeafNode.Content leaf)
      throws MlsException {
    RatchetTree tree = effects.tree();
    GroupId group = state.context().groupId();
    try (NewPath path = NewPath.create(tree, at, leaf, group, self.keys, self.random)) {
      GroupContext provisional = state.context().next(path.tree().treeHash(), effects.extensions());
      return path.encrypt(provisional.encode(), Set.copyOf(effects.addedLeaves()), self.random);
    }
  }

  private static List<ProposalOrRef> list(Proposal... inline) {
    return Stream.of(inline).map(each -> (ProposalOrRef) new ProposalOrRef.Inline(each)).toList();
  }
}
