package io.lockstep.mls.message;

import io.lockstep.mls.Extension;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.tree.LeafIndex;
import java.util.List;
import java.util.Optional;

/** What a newcomer must know about a group, signed by a member (RFC 9420 section 12.4.3). */
public final class GroupInfo implements Encodable {
  private static final String LABEL = "GroupInfoTBS";

  private final GroupContext context;
  private final List<Extension> extensions;
  private final byte[] confirmationTag;
  private final LeafIndex signer;
  private final byte[] signature;

  private GroupInfo(
      GroupContext context,
      List<Extension> extensions,
      byte[] confirmationTag,
      LeafIndex signer,
      byte[] signature) {
    this.context = context;
    this.extensions = List.copyOf(extensions);
    this.confirmationTag = confirmationTag;
    this.signer = signer;
    this.signature = signature;
  }

  /** {@code keys} are those of the leaf {@code signer}. */
  public static GroupInfo sign(
      GroupContext context,
      List<Extension> extensions,
      byte[] confirmationTag,
      LeafIndex signer,
      SignatureKeyPair keys) {
    byte[] tag = confirmationTag.clone();
    byte[] signature = keys.sign(LABEL, toBeSigned(context, extensions, tag, signer));
    return new GroupInfo(context, extensions, tag, signer, signature);
  }

  public static GroupInfo decode(TlsReader in) throws MlsException {
    return new GroupInfo(
        GroupContext.decode(in),
        Extension.decodeList(in),
        in.opaque(),
        LeafIndex.decode(in),
        in.opaque());
  }

  /**
   * Extension external_pub (section 12.4.3.2): the key to which an external Commit sends the init
   * secret.
   */
  public static Extension externalPub(HpkePublicKey key) {
    return new Extension(Extension.EXTERNAL_PUB, key.encode());
  }

  public boolean verifySignature(CipherSuite suite, SignaturePublicKey signerKey) {
    return suite.verifyWithLabel(
        signerKey, LABEL, toBeSigned(context, extensions, confirmationTag, signer), signature);
  }

  public GroupContext context() {
    return context;
  }

  /** The encoded ratchet tree, if it is inside (section 12.4.3.3). */
  public Optional<byte[]> ratchetTree() {
    return Extension.find(extensions, Extension.RATCHET_TREE).map(Extension::data);
  }

  public Optional<HpkePublicKey> externalPub() throws MlsException {
    Optional<Extension> extension = Extension.find(extensions, Extension.EXTERNAL_PUB);
    return extension.isEmpty()
        ? Optional.empty()
        : Optional.of(TlsReader.decodeAll(extension.get().data(), HpkePublicKey::decode));
  }

  /** A copy. */
  public byte[] confirmationTag() {
    return confirmationTag.clone();
  }

  public LeafIndex signer() {
    return signer;
  }

  private static byte[] toBeSigned(
      GroupContext context, List<Extension> extensions, byte[] confirmationTag, LeafIndex signer) {
    return new TlsWriter()
        .put(context)
        .vector(extensions)
        .opaque(confirmationTag)
        .put(signer)
        .toByteArray();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.raw(toBeSigned(context, extensions, confirmationTag, signer)).opaque(signature);
  }
}
