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

/** How a member sends: sign, then MAC or encrypt (RFC 9420 sections 6.1 to 6.3). */
final class Framing {
  private static final int NO_PADDING = 0;

  private Framing() {}

  /** A protected message, and the state in which the key it used no longer exists. */
  static final class Sealed {
    private final byte[] message;
    private final GroupState next;

    private Sealed(byte[] message, GroupState next) {
      this.message = message;
      this.next = next;
    }

    byte[] message() {
      return message;
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

  /** Protects content that was signed for the epoch of {@code state}. */
  static Sealed protect(GroupState state, AuthenticatedContent content, SecureRandom random) {
    return switch (content.wireFormat()) {
      case PUBLIC_MESSAGE -> {
        PublicMessage message =
            PublicMessage.ofMember(
                state.suite(), content, state.secrets().membership(), state.context().encode());
        yield new Sealed(MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, message), state);
      }
      case PRIVATE_MESSAGE -> encrypt(state, content, random);
      case WELCOME, GROUP_INFO, KEY_PACKAGE ->
          throw new IllegalArgumentException(content.wireFormat() + " frames no content");
    };
  }

  private static Sealed encrypt(
      GroupState state, AuthenticatedContent content, SecureRandom random) {
    SecretTree.Step step =
        state
            .messageKeys()
            .next(state.suite(), state.self().value(), kind(content.content().content().type()));
    SenderData sender = SenderData.create(state.self(), step.generation(), random);
    PrivateMessage message =
        PrivateMessage.seal(
            state.suite(), content, sender, step.keys(), state.secrets().senderData(), NO_PADDING);
    step.keys().close();
    return new Sealed(
        MlsMessage.encode(WireFormat.PRIVATE_MESSAGE, message), state.withMessageKeys(step.next()));
  }

  static SecretTree.Kind kind(ContentType type) {
    return switch (type) {
      case APPLICATION -> SecretTree.Kind.APPLICATION;
      case PROPOSAL, COMMIT -> SecretTree.Kind.HANDSHAKE;
    };
  }
}
