package io.lockstep.mls;

import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PrivateMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.framing.SenderData;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.schedule.SecretTree;
import java.security.SecureRandom;
import java.util.OptionalLong;

/** How a member sends: sign, then MAC or encrypt (RFC 9420 sections 6.1 to 6.3). */
final class Framing {
  private Framing() {}

  /** A protected message, and the state in which the key it used no longer exists. */
  static final class Sealed {
    private final byte[] message;
    private final OptionalLong generation;
    private final GroupState next;

    private Sealed(byte[] message, OptionalLong generation, GroupState next) {
      this.message = message;
      this.generation = generation;
      this.next = next;
    }

    byte[] message() {
      return message;
    }

    /** Of the key that a PrivateMessage used, a uint32. */
    OptionalLong generation() {
      return generation;
    }

    GroupState next() {
      return next;
    }
  }

  static AuthenticatedContent sign(GroupState state, Content content, HandshakeOptions options) {
    GroupContext context = state.context();
    FramedContent framed =
        new FramedContent(
            context.groupId(),
            context.epoch(),
            new Sender.Member(state.self()),
            options.authenticatedData(),
            content);
    return AuthenticatedContent.sign(
        options.wireFormat(), framed, state.signer(), context.encode());
  }

  /** Without padding. */
  static Sealed protect(GroupState state, AuthenticatedContent content, SecureRandom random) {
    return protect(state, content, Padding.none(), random);
  }

  /** Protects content that was signed for the epoch of {@code state}. */
  static Sealed protect(
      GroupState state, AuthenticatedContent content, Padding padding, SecureRandom random) {
    return switch (content.wireFormat()) {
      case PUBLIC_MESSAGE -> {
        PublicMessage message =
            PublicMessage.ofMember(
                state.suite(), content, state.secrets().membership(), state.context().encode());
        yield new Sealed(
            MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, message), OptionalLong.empty(), state);
      }
      case PRIVATE_MESSAGE -> encrypt(state, content, padding, random);
      case WELCOME, GROUP_INFO, KEY_PACKAGE ->
          throw new IllegalArgumentException(content.wireFormat() + " frames no content");
    };
  }

  private static Sealed encrypt(
      GroupState state, AuthenticatedContent content, Padding padding, SecureRandom random) {
    SecretTree.Step step =
        state
            .messageKeys()
            .next(state.suite(), state.self().value(), kind(content.content().content().type()));
    SenderData sender = SenderData.create(state.self(), step.generation(), random);
    PrivateMessage message =
        PrivateMessage.seal(
            state.suite(), content, sender, step.keys(), state.secrets().senderData(), padding);
    step.keys().close();
    return new Sealed(
        MlsMessage.encode(WireFormat.PRIVATE_MESSAGE, message),
        OptionalLong.of(step.generation()),
        state.withMessageKeys(step.next()));
  }

  static SecretTree.Kind kind(ContentType type) {
    return switch (type) {
      case APPLICATION -> SecretTree.Kind.APPLICATION;
      case PROPOSAL, COMMIT -> SecretTree.Kind.HANDSHAKE;
    };
  }
}
