package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.PrivateMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.framing.SenderData;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.schedule.KeyAndNonce;
import io.lockstep.mls.schedule.RatchetWindow;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafIndex;
import java.util.Optional;

/** A member receives a message: unprotect, verify, dispatch (RFC 9420 section 6). */
final class MessageProcessing {
  private final GroupState state;
  private final ReceiveContext context;

  private MessageProcessing(GroupState state, ReceiveContext context) {
    this.state = state;
    this.context = context;
  }

  static Effect process(GroupState state, byte[] message, ReceiveContext context)
      throws MlsException {
    TlsReader in = new TlsReader(message);
    MessageProcessing processing = new MessageProcessing(state, context);
    return switch (MlsFrame.wireFormat(in)) {
      case PUBLIC_MESSAGE -> {
        PublicMessage open = PublicMessage.decode(in);
        in.expectEnd();
        yield processing.process(open);
      }
      case PRIVATE_MESSAGE -> {
        PrivateMessage sealed = PrivateMessage.decode(in);
        in.expectEnd();
        yield processing.process(sealed);
      }
      case WELCOME, GROUP_INFO, KEY_PACKAGE ->
          throw new MlsException.Malformed("this is no message within a group");
    };
  }

  // PublicMessage

  private Effect process(PublicMessage message) throws MlsException {
    FramedContent framed = message.framed();
    HandshakeRules.requireCurrentEpoch(framed.groupId(), framed.epoch(), state);
    AuthenticatedContent content =
        message.unprotect(state.suite(), state.secrets().membership(), state.context().encode());
    HandshakeRules.requireSignature(content, state);
    if (framed.sender() instanceof Sender.Member(LeafIndex leaf) && leaf.equals(state.self())) {
      return new Effect.OwnMessage(new Group(state), framed.content().type(), framed.epoch());
    }
    return dispatch(state, content);
  }

  // PrivateMessage

  /** Keys of the epoch that a PrivateMessage belongs to. */
  private record Keys(GroupContext context, Secret senderData, SecretTree messageKeys) {}

  private Effect process(PrivateMessage message) throws MlsException {
    HandshakeRules.requireGroup(message.groupId(), state);
    boolean current = message.epoch() == state.context().epoch();
    Optional<PastEpoch> past = state.past().find(message.epoch());
    if (!current && (past.isEmpty() || message.contentType() != ContentType.APPLICATION)) {
      throw new MlsException.WrongEpoch(state.context().epoch(), message.epoch());
    }
    Keys keys =
        current
            ? new Keys(state.context(), state.secrets().senderData(), state.messageKeys())
            : past.map(p -> new Keys(p.context(), p.senderData(), p.messageKeys())).orElseThrow();
    CipherSuite suite = state.suite();
    SenderData senderData = message.openSenderData(suite, keys.senderData);
    LeafIndex leaf = senderData.leaf();
    Member sender = sender(message.epoch(), leaf);
    if (leaf.equals(state.self())) {
      return new Effect.OwnMessage(new Group(state), message.contentType(), message.epoch());
    }
    SecretTree.Step step =
        keys.messageKeys.at(
            suite,
            leaf.value(),
            Framing.kind(message.contentType()),
            senderData.generation(),
            new RatchetWindow(context.window().generationsAhead(), context.window().skippedKeys()));
    try (KeyAndNonce key = step.keys()) {
      AuthenticatedContent content = message.open(suite, senderData, key);
      HandshakeRules.requireSignature(content, sender.signatureKey(), keys.context);
      return dispatch(withMessageKeys(past, step.next()), content);
    } catch (MlsException e) {
      step.next().wipeExcept(keys.messageKeys);
      throw e;
    }
  }

  private Member sender(long epoch, LeafIndex leaf) throws MlsException.Invalid {
    return state
        .past()
        .member(epoch, leaf, state.tree())
        .orElseThrow(
            () -> new MlsException.Invalid(Rule.SENDER_LEAF_POPULATED, leaf + " was no member"));
  }

  private GroupState withMessageKeys(Optional<PastEpoch> past, SecretTree keys) {
    return past.isEmpty()
        ? state.withMessageKeys(keys)
        : state.withPast(state.past().replace(past.get().withMessageKeys(keys)));
  }

  // Both

  /** {@code after}: the state without the key that the message used. */
  private Effect dispatch(GroupState after, AuthenticatedContent content) throws MlsException {
    FramedContent framed = content.content();
    return switch (framed.content()) {
      case Content.Application application -> {
        LeafIndex leaf = ((Sender.Member) framed.sender()).leaf();
        yield new Effect.ApplicationMessage(
            new Group(after),
            sender(framed.epoch(), leaf),
            framed.epoch(),
            application.data(),
            framed.authenticatedData());
      }
      case Content.Proposed(Proposal proposal) -> {
        state.requireActive();
        yield receive(after, content, proposal);
      }
      case Content.Committed(Commit commit) -> {
        state.requireActive();
        yield CommitProcessing.process(after, content, commit, context);
      }
    };
  }

  private Effect receive(GroupState after, AuthenticatedContent content, Proposal proposal)
      throws MlsException {
    FramedContent framed = content.content();
    CachedProposal cached = HandshakeRules.checkedProposal(content, proposal, state, context);
    GroupState next = after.withProposals(after.proposals().with(cached));
    return new Effect.ProposalReceived(
        new Group(next), framed.sender(), proposal, cached.ref(), framed.authenticatedData());
  }
}
