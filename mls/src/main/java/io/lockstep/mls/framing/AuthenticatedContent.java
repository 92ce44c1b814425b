package io.lockstep.mls.framing;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.ProposalRef;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.SignaturePublicKey;
import java.util.Optional;

/**
 * Content with its signature and, for a Commit, its confirmation tag (RFC 9420 section 6.1). {@code
 * groupContext} arguments are the encoded GroupContext of the epoch in which the message is sent.
 */
public final class AuthenticatedContent implements Encodable {
  private static final String SIGNATURE_LABEL = "FramedContentTBS";
  private static final String PROPOSAL_REF_LABEL = "MLS 1.0 Proposal Reference";

  private final WireFormat wireFormat;
  private final FramedContent content;
  private final byte[] signature;
  private final Optional<byte[]> confirmationTag;

  private AuthenticatedContent(
      WireFormat wireFormat,
      FramedContent content,
      byte[] signature,
      Optional<byte[]> confirmationTag) {
    this.wireFormat = wireFormat;
    this.content = content;
    this.signature = signature;
    this.confirmationTag = confirmationTag;
  }

  /** Signs. A Commit needs {@link #withConfirmationTag} in addition. */
  public static AuthenticatedContent sign(
      WireFormat wireFormat, FramedContent content, SignatureKeyPair key, byte[] groupContext) {
    byte[] tbs = tbs(wireFormat, content, groupContext);
    return new AuthenticatedContent(
        wireFormat, content, key.sign(SIGNATURE_LABEL, tbs), Optional.empty());
  }

  /** Decodes an AuthenticatedContent with its leading wire format. */
  public static AuthenticatedContent decode(TlsReader in) throws MlsException {
    WireFormat wireFormat = WireFormat.of(in.uint16());
    return decodeAuth(wireFormat, FramedContent.decode(in), in);
  }

  /** Reads the FramedContentAuthData that belongs to {@code content}. */
  static AuthenticatedContent decodeAuth(WireFormat wireFormat, FramedContent content, TlsReader in)
      throws MlsException {
    byte[] signature = in.opaque();
    Optional<byte[]> tag =
        content.content().type() == ContentType.COMMIT
            ? Optional.of(in.opaque())
            : Optional.empty();
    return new AuthenticatedContent(wireFormat, content, signature, tag);
  }

  public AuthenticatedContent withConfirmationTag(byte[] tag) {
    return new AuthenticatedContent(wireFormat, content, signature, Optional.of(tag.clone()));
  }

  public boolean verifySignature(CipherSuite suite, SignaturePublicKey key, byte[] groupContext) {
    return suite.verifyWithLabel(
        key, SIGNATURE_LABEL, tbs(wireFormat, content, groupContext), signature);
  }

  public WireFormat wireFormat() {
    return wireFormat;
  }

  public FramedContent content() {
    return content;
  }

  /** The tag of a Commit. */
  public byte[] confirmationTag() {
    return confirmationTag
        .orElseThrow(() -> new IllegalStateException("only a Commit has a confirmation tag"))
        .clone();
  }

  /** Name of the proposal that this is (section 5.2). */
  public ProposalRef proposalRef(CipherSuite suite) {
    return new ProposalRef(suite.refHash(PROPOSAL_REF_LABEL, encode()));
  }

  /** ConfirmedTranscriptHashInput (section 8.2). */
  public byte[] confirmedTranscriptInput() {
    return new TlsWriter().uint16(wireFormat.id()).put(content).opaque(signature).toByteArray();
  }

  /** FramedContentTBS with the auth data behind it: AuthenticatedContentTBM (section 6.2). */
  byte[] tbm(byte[] groupContext) {
    TlsWriter out = new TlsWriter();
    out.raw(tbs(wireFormat, content, groupContext));
    encodeAuth(out);
    return out.toByteArray();
  }

  private static byte[] tbs(WireFormat wireFormat, FramedContent content, byte[] groupContext) {
    TlsWriter out = new TlsWriter();
    out.uint16(MlsFrame.VERSION).uint16(wireFormat.id()).put(content);
    switch (content.sender()) {
      case Sender.Member member -> out.raw(groupContext);
      case Sender.NewMemberCommit joiner -> out.raw(groupContext);
      case Sender.External external -> {}
      case Sender.NewMemberProposal joiner -> {}
    }
    return out.toByteArray();
  }

  /** FramedContentAuthData. */
  void encodeAuth(TlsWriter out) {
    out.opaque(signature);
    confirmationTag.ifPresent(out::opaque);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(wireFormat.id()).put(content);
    encodeAuth(out);
  }
}
