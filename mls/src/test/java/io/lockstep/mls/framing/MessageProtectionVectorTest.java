package io.lockstep.mls.framing;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Padding;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.schedule.RatchetWindow;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.tree.LeafIndex;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageProtectionVectorTest {
  private static final LeafIndex SENDER = new LeafIndex(1);
  private static final Padding PADDING = Padding.toMultipleOf(64);

  /** Keys of the group of two that a vector describes; the sender is its second member. */
  private record Keys(
      CipherSuite suite,
      GroupContext context,
      SignatureKeyPair signer,
      SignaturePublicKey signatureKey,
      Secret membership,
      Secret senderData,
      SecretTree tree) {
    static Keys of(JsonNode v) throws MlsException {
      CipherSuite suite = CipherSuite.of(v.get("cipher_suite").asInt());
      GroupContext context =
          new GroupContext(
              suite,
              new GroupId(hex(v.get("group_id"))),
              v.get("epoch").asLong(),
              hex(v.get("tree_hash")),
              hex(v.get("confirmed_transcript_hash")),
              List.of());
      return new Keys(
          suite,
          context,
          SignatureKeyPair.of(suite, Secret.take(hex(v.get("signature_priv")))),
          new SignaturePublicKey(hex(v.get("signature_pub"))),
          Secret.take(hex(v.get("membership_key"))),
          Secret.take(hex(v.get("sender_data_secret"))),
          SecretTree.create(suite, Secret.take(hex(v.get("encryption_secret"))), 2));
    }

    Content open(byte[] message) throws MlsException {
      PrivateMessage sealed =
          MlsMessage.decode(message, WireFormat.PRIVATE_MESSAGE, PrivateMessage::decode);
      SenderData sender = sealed.openSenderData(suite, senderData);
      SecretTree.Kind kind =
          switch (sealed.contentType()) {
            case APPLICATION -> SecretTree.Kind.APPLICATION;
            case PROPOSAL, COMMIT -> SecretTree.Kind.HANDSHAKE;
          };
      SecretTree.Step step =
          tree.at(suite, sender.leaf().value(), kind, sender.generation(), RatchetWindow.DEFAULT);
      AuthenticatedContent content = sealed.open(suite, sender, step.keys());
      assertTrue(content.verifySignature(suite, signatureKey, context.encode()));
      return content.content().content();
    }

    Content unprotect(byte[] message) throws MlsException {
      PublicMessage open =
          MlsMessage.decode(message, WireFormat.PUBLIC_MESSAGE, PublicMessage::decode);
      AuthenticatedContent content = open.unprotect(suite, membership, context.encode());
      assertTrue(content.verifySignature(suite, signatureKey, context.encode()));
      return content.content().content();
    }

    AuthenticatedContent sign(WireFormat format, Content content) {
      FramedContent framed =
          new FramedContent(
              context.groupId(),
              context.epoch(),
              new Sender.Member(SENDER),
              new byte[] {1, 2},
              content);
      AuthenticatedContent signed =
          AuthenticatedContent.sign(format, framed, signer, context.encode());
      return content instanceof Content.Committed
          ? signed.withConfirmationTag(new byte[suite.hashLength()])
          : signed;
    }

    byte[] seal(Content content) {
      SecretTree.Kind kind =
          content instanceof Content.Application
              ? SecretTree.Kind.APPLICATION
              : SecretTree.Kind.HANDSHAKE;
      SecretTree.Step step = tree.next(suite, SENDER.value(), kind);
      SenderData sender = SenderData.create(SENDER, step.generation(), new SecureRandom());
      PrivateMessage sealed =
          PrivateMessage.seal(
              suite,
              sign(WireFormat.PRIVATE_MESSAGE, content),
              sender,
              step.keys(),
              senderData,
              PADDING);
      return MlsMessage.encode(WireFormat.PRIVATE_MESSAGE, sealed);
    }

    byte[] protect(Content content) {
      AuthenticatedContent signed = sign(WireFormat.PUBLIC_MESSAGE, content);
      PublicMessage open = PublicMessage.ofMember(suite, signed, membership, context.encode());
      return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, open);
    }
  }

  @Test
  void messagesOfEverySuiteAgreeWithTheVectors() throws Exception {
    int suites = 0;
    for (JsonNode v : Vectors.load("message-protection")) {
      Keys keys = Keys.of(v);
      byte[] proposal = hex(v.get("proposal"));
      assertArrayEquals(proposal, keys.open(hex(v.get("proposal_priv"))).encode());
      assertArrayEquals(proposal, keys.unprotect(hex(v.get("proposal_pub"))).encode());
      byte[] commit = hex(v.get("commit"));
      assertArrayEquals(commit, keys.open(hex(v.get("commit_priv"))).encode());
      assertArrayEquals(commit, keys.unprotect(hex(v.get("commit_pub"))).encode());
      byte[] data = hex(v.get("application"));
      Content application = keys.open(hex(v.get("application_priv")));
      assertArrayEquals(data, ((Content.Application) application).data());
      suites++;
    }
    assertEquals(7, suites);
  }

  @Test
  void ownMessagesOfEverySuiteAreReadBack() throws Exception {
    for (JsonNode v : Vectors.load("message-protection")) {
      Keys keys = Keys.of(v);
      Content proposal =
          new Content.Proposed(TlsReader.decodeAll(hex(v.get("proposal")), Proposal::decode));
      Content commit =
          new Content.Committed(TlsReader.decodeAll(hex(v.get("commit")), Commit::decode));
      Content application = new Content.Application(hex(v.get("application")));
      for (Content content : List.of(proposal, commit, application)) {
        assertArrayEquals(content.encode(), keys.open(keys.seal(content)).encode());
      }
      for (Content content : List.of(proposal, commit)) {
        assertArrayEquals(content.encode(), keys.unprotect(keys.protect(content)).encode());
      }
      byte[] open = keys.protect(application);
      assertThrows(MlsException.Invalid.class, () -> keys.unprotect(open));
      byte[] forged = keys.protect(proposal);
      forged[forged.length - 1] ^= 1;
      assertThrows(MlsException.Invalid.class, () -> keys.unprotect(forged));
    }
  }
}
