package io.lockstep.mls.tree;

import io.lockstep.mls.Capabilities;
import io.lockstep.mls.Credential;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.SignaturePublicKey;
import java.util.Arrays;
import java.util.List;

/**
 * A member's place in the tree, signed by the member (RFC 9420 section 7.2). Keeps its encoding,
 * since every use hashes it.
 */
public final class LeafNode implements Encodable {
  private static final String LABEL = "LeafNodeTBS";
  private static final byte[] NO_SIGNATURE = {};

  private final HpkePublicKey encryptionKey;
  private final SignaturePublicKey signatureKey;
  private final Credential credential;
  private final Capabilities capabilities;
  private final LeafNodeSource source;
  private final List<Extension> extensions;
  private final byte[] signature;
  private final byte[] encoded;

  /**
   * Length of that part of {@link #encoded} that LeafNodeTBS starts with: all but the signature.
   */
  private final int signedLength;

  /** What its owner chooses freely about a leaf. */
  public record Content(
      HpkePublicKey encryptionKey,
      Credential credential,
      Capabilities capabilities,
      List<Extension> extensions) {
    public Content {
      extensions = List.copyOf(extensions);
    }

    public Content withEncryptionKey(HpkePublicKey key) {
      return new Content(key, credential, capabilities, extensions);
    }
  }

  private LeafNode(
      SignaturePublicKey signatureKey, Content content, LeafNodeSource source, byte[] signature) {
    this.encryptionKey = content.encryptionKey;
    this.signatureKey = signatureKey;
    this.credential = content.credential;
    this.capabilities = content.capabilities;
    this.source = source;
    this.extensions = content.extensions;
    this.signature = signature;
    TlsWriter out = new TlsWriter(512);
    out.put(encryptionKey).put(signatureKey).put(credential).put(capabilities).put(source);
    out.vector(extensions);
    this.signedLength = out.size();
    this.encoded = out.opaque(signature).toByteArray();
  }

  public static LeafNode forKeyPackage(Content content, Lifetime lifetime, SignatureKeyPair keys) {
    return sign(content, new LeafNodeSource.FromKeyPackage(lifetime), keys, new byte[0]);
  }

  public static LeafNode forUpdate(
      Content content, GroupId group, LeafIndex leaf, SignatureKeyPair keys) {
    return sign(content, new LeafNodeSource.FromUpdate(), keys, context(group, leaf));
  }

  /** {@code parentHash}: what RatchetTree.withPath computed for this leaf. */
  public static LeafNode forCommit(
      Content content, byte[] parentHash, GroupId group, LeafIndex leaf, SignatureKeyPair keys) {
    return sign(content, new LeafNodeSource.FromCommit(parentHash), keys, context(group, leaf));
  }

  public static LeafNode decode(TlsReader in) throws MlsException {
    HpkePublicKey encryptionKey = HpkePublicKey.decode(in);
    SignaturePublicKey signatureKey = SignaturePublicKey.decode(in);
    Credential credential = Credential.decode(in);
    Capabilities capabilities = Capabilities.decode(in);
    LeafNodeSource source = LeafNodeSource.decode(in);
    List<Extension> extensions = Extension.decodeList(in);
    // The encoding is canonical, so encoding again gives the bytes that were signed.
    return new LeafNode(
        signatureKey,
        new Content(encryptionKey, credential, capabilities, extensions),
        source,
        in.opaque());
  }

  /** Group and leaf count only for leaves from an Update or a Commit. */
  public boolean verifySignature(CipherSuite suite, GroupId group, LeafIndex leaf) {
    byte[] context =
        source instanceof LeafNodeSource.FromKeyPackage ? new byte[0] : context(group, leaf);
    return suite.verifyWithLabel(signatureKey, LABEL, toBeSigned(context), signature);
  }

  /**
   * Of a leaf from a KeyPackage, whose signature does not depend on a group. False for other
   * leaves.
   */
  public boolean verifySignature(CipherSuite suite) {
    return source instanceof LeafNodeSource.FromKeyPackage
        && suite.verifyWithLabel(signatureKey, LABEL, toBeSigned(new byte[0]), signature);
  }

  public HpkePublicKey encryptionKey() {
    return encryptionKey;
  }

  public SignaturePublicKey signatureKey() {
    return signatureKey;
  }

  public Credential credential() {
    return credential;
  }

  public Capabilities capabilities() {
    return capabilities;
  }

  public LeafNodeSource source() {
    return source;
  }

  public List<Extension> extensions() {
    return extensions;
  }

  public Content content() {
    return new Content(encryptionKey, credential, capabilities, extensions);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.raw(encoded);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeafNode that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "LeafNode[" + credential + ", " + source + "]";
  }

  private static LeafNode sign(
      Content content, LeafNodeSource source, SignatureKeyPair keys, byte[] context) {
    LeafNode unsigned = new LeafNode(keys.publicKey(), content, source, NO_SIGNATURE);
    byte[] signature = keys.sign(LABEL, unsigned.toBeSigned(context));
    return new LeafNode(keys.publicKey(), content, source, signature);
  }

  private byte[] toBeSigned(byte[] context) {
    byte[] bytes = Arrays.copyOf(encoded, signedLength + context.length);
    System.arraycopy(context, 0, bytes, signedLength, context.length);
    return bytes;
  }

  private static byte[] context(GroupId group, LeafIndex leaf) {
    return new TlsWriter(64).put(group).put(leaf).toByteArray();
  }
}
