package io.lockstep.mls.framing;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.util.Optional;

/** A signed message that anyone can read (RFC 9420 section 6.2). */
public final class PublicMessage implements Encodable {
  private final AuthenticatedContent content;
  private final Optional<byte[]> membershipTag;

  private PublicMessage(AuthenticatedContent content, Optional<byte[]> membershipTag) {
    this.content = content;
    this.membershipTag = membershipTag;
  }

  /** Of a member: with the MAC that shows membership. */
  public static PublicMessage ofMember(
      CipherSuite suite, AuthenticatedContent content, Secret membershipKey, byte[] groupContext) {
    return new PublicMessage(
        content, Optional.of(suite.mac(membershipKey, content.tbm(groupContext))));
  }

  /** Of someone who is not, or not yet, a member. */
  public static PublicMessage ofOutsider(AuthenticatedContent content) {
    return new PublicMessage(content, Optional.empty());
  }

  public static PublicMessage decode(TlsReader in) throws MlsException {
    FramedContent framed = FramedContent.decode(in);
    AuthenticatedContent content =
        AuthenticatedContent.decodeAuth(WireFormat.PUBLIC_MESSAGE, framed, in);
    Optional<byte[]> tag =
        framed.sender() instanceof Sender.Member ? Optional.of(in.opaque()) : Optional.empty();
    return new PublicMessage(content, tag);
  }

  /** What is claimed. Nothing is verified yet. */
  public FramedContent framed() {
    return content.content();
  }

  /**
   * Checks the membership tag if a member sent it; the signature is left to the caller, who knows
   * the key.
   */
  public AuthenticatedContent unprotect(
      CipherSuite suite, Secret membershipKey, byte[] groupContext) throws MlsException {
    requireHandshake();
    if (membershipTag.isPresent()
        && !suite.verifyMac(membershipKey, content.tbm(groupContext), membershipTag.get())) {
      throw new MlsException.Invalid(Rule.MEMBERSHIP_TAG, "the membership tag does not verify");
    }
    return content;
  }

  /**
   * For who is not in the group: the membership tag cannot be checked, but for its length. The
   * signature is left to the caller.
   */
  public AuthenticatedContent withoutMembership(CipherSuite suite) throws MlsException.Invalid {
    requireHandshake();
    if (membershipTag.isPresent() && membershipTag.get().length != suite.hashLength()) {
      throw new MlsException.Invalid(Rule.MEMBERSHIP_TAG, "it is not as long as a MAC");
    }
    return content;
  }

  private void requireHandshake() throws MlsException.Invalid {
    if (framed().content().type() == ContentType.APPLICATION) {
      throw new MlsException.Invalid(
          Rule.APPLICATION_DATA_IS_PRIVATE, "application data in a PublicMessage");
    }
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(content.content());
    content.encodeAuth(out);
    membershipTag.ifPresent(out::opaque);
  }
}
