package io.lockstep.mls.framing;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Padding;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.schedule.KeyAndNonce;
import java.util.Arrays;

/** A signed and encrypted message (RFC 9420 section 6.3). */
public final class PrivateMessage implements Encodable {
  private final GroupId groupId;
  private final long epoch;
  private final ContentType contentType;
  private final byte[] authenticatedData;
  private final byte[] encryptedSenderData;
  private final byte[] ciphertext;

  private PrivateMessage(
      GroupId groupId,
      long epoch,
      ContentType contentType,
      byte[] authenticatedData,
      byte[] encryptedSenderData,
      byte[] ciphertext) {
    this.groupId = groupId;
    this.epoch = epoch;
    this.contentType = contentType;
    this.authenticatedData = authenticatedData;
    this.encryptedSenderData = encryptedSenderData;
    this.ciphertext = ciphertext;
  }

  public static PrivateMessage decode(TlsReader in) throws MlsException {
    return new PrivateMessage(
        GroupId.decode(in),
        in.uint64(),
        ContentType.of(in.uint8()),
        in.opaque(),
        in.opaque(),
        in.opaque());
  }

  /**
   * Encrypts content of a member. {@code keys} are those of {@code senderData}'s leaf and
   * generation, and may be used for this one message only.
   */
  public static PrivateMessage seal(
      CipherSuite suite,
      AuthenticatedContent content,
      SenderData senderData,
      KeyAndNonce keys,
      Secret senderDataSecret,
      Padding padding) {
    FramedContent framed = content.content();
    PrivateMessage head =
        new PrivateMessage(
            framed.groupId(),
            framed.epoch(),
            framed.content().type(),
            framed.authenticatedData(),
            new byte[0],
            new byte[0]);
    TlsWriter plaintext = new TlsWriter().put(framed.content());
    content.encodeAuth(plaintext);
    int length = plaintext.size();
    plaintext.raw(new byte[padding.paddedLength(length) - length]);
    byte[] ciphertext =
        suite.seal(
            keys.key(),
            keys.guardedNonce(senderData.reuseGuard()),
            head.contentAad(),
            plaintext.toByteArray());
    byte[] sealedSender;
    try (KeyAndNonce senderKeys = senderDataKeys(suite, senderDataSecret, ciphertext)) {
      sealedSender =
          suite.seal(
              senderKeys.key(),
              senderKeys.nonce().expose(),
              head.senderDataAad(),
              senderData.encode());
    }
    return new PrivateMessage(
        head.groupId,
        head.epoch,
        head.contentType,
        head.authenticatedData,
        sealedSender,
        ciphertext);
  }

  public GroupId groupId() {
    return groupId;
  }

  /** Unsigned. */
  public long epoch() {
    return epoch;
  }

  public ContentType contentType() {
    return contentType;
  }

  /**
   * Learns who claims to have sent it, and so which key opens it. The caller checks that the leaf
   * is not blank.
   */
  public SenderData openSenderData(CipherSuite suite, Secret senderDataSecret) throws MlsException {
    try (KeyAndNonce keys = senderDataKeys(suite, senderDataSecret, ciphertext)) {
      byte[] opened =
          suite.open(keys.key(), keys.nonce().expose(), senderDataAad(), encryptedSenderData);
      return TlsReader.decodeAll(opened, SenderData::decode);
    }
  }

  /** Decrypts. The signature is left to the caller, who knows the key. */
  public AuthenticatedContent open(CipherSuite suite, SenderData senderData, KeyAndNonce keys)
      throws MlsException {
    byte[] plaintext =
        suite.open(
            keys.key(), keys.guardedNonce(senderData.reuseGuard()), contentAad(), ciphertext);
    TlsReader in = new TlsReader(plaintext);
    Sender sender = new Sender.Member(senderData.leaf());
    FramedContent framed =
        new FramedContent(
            groupId, epoch, sender, authenticatedData, Content.decode(contentType, in));
    AuthenticatedContent content =
        AuthenticatedContent.decodeAuth(WireFormat.PRIVATE_MESSAGE, framed, in);
    checkPadding(in.raw(in.remaining()));
    return content;
  }

  private static void checkPadding(byte[] padding) throws MlsException.Malformed {
    for (byte each : padding) {
      if (each != 0) {
        throw new MlsException.Malformed(
            "padding of a PrivateMessage is not zero (RFC 9420 section 6.3.1)");
      }
    }
  }

  private static KeyAndNonce senderDataKeys(
      CipherSuite suite, Secret senderDataSecret, byte[] ciphertext) {
    byte[] sample = Arrays.copyOf(ciphertext, Math.min(ciphertext.length, suite.hashLength()));
    return new KeyAndNonce(
        suite.expandWithLabel(senderDataSecret, "key", sample, suite.keyLength()),
        suite.expandWithLabel(senderDataSecret, "nonce", sample, suite.nonceLength()));
  }

  private byte[] senderDataAad() {
    return aadHead().toByteArray();
  }

  private byte[] contentAad() {
    return aadHead().opaque(authenticatedData).toByteArray();
  }

  private TlsWriter aadHead() {
    return new TlsWriter().put(groupId).uint64(epoch).uint8(contentType.id());
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(groupId)
        .uint64(epoch)
        .uint8(contentType.id())
        .opaque(authenticatedData)
        .opaque(encryptedSenderData)
        .opaque(ciphertext);
  }
}
