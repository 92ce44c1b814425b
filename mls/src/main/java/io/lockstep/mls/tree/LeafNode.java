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
 * A member's place in the tree, signed by the member (RFC 9420 section 7.2). Holds nothing but its
 * encoding, which every use hashes: a member of a large group has one for each of the others. What
 * is in it is decoded when it is asked for.
 */
public final class LeafNode implements Encodable {
  private static final String LABEL = "LeafNodeTBS";

  /** Fields by position in the encoding; keys are 0 and 1. */
  private static final int CREDENTIAL = 2;

  private static final int CAPABILITIES = 3;
  private static final int SOURCE = 4;
  private static final int EXTENSIONS = 5;
  private static final int SIGNATURE = 6;
  private static final int CAPABILITY_LISTS = 5;

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

  /** {@code encoded} must be a valid encoding; the array is taken over. */
  private LeafNode(byte[] encoded, int signedLength) {
    this.encoded = encoded;
    this.signedLength = signedLength;
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
    int start = in.position();
    HpkePublicKey.decode(in);
    SignaturePublicKey.decode(in);
    Credential.decode(in);
    Capabilities.decode(in);
    LeafNodeSource.decode(in);
    Extension.decodeList(in);
    int signedLength = in.position() - start;
    in.skipOpaque();
    return new LeafNode(in.since(start), signedLength);
  }

  /** Group and leaf count only for leaves from an Update or a Commit. */
  public boolean verifySignature(CipherSuite suite, GroupId group, LeafIndex leaf) {
    byte[] context =
        source() instanceof LeafNodeSource.FromKeyPackage ? new byte[0] : context(group, leaf);
    return suite.verifyWithLabel(signatureKey(), LABEL, toBeSigned(context), signature());
  }

  /**
   * Of a leaf from a KeyPackage, whose signature does not depend on a group. False for other
   * leaves.
   */
  public boolean verifySignature(CipherSuite suite) {
    return source() instanceof LeafNodeSource.FromKeyPackage
        && suite.verifyWithLabel(signatureKey(), LABEL, toBeSigned(new byte[0]), signature());
  }

  public HpkePublicKey encryptionKey() {
    return part(0, HpkePublicKey::decode);
  }

  public SignaturePublicKey signatureKey() {
    return part(1, SignaturePublicKey::decode);
  }

  public Credential credential() {
    return part(CREDENTIAL, Credential::decode);
  }

  public Capabilities capabilities() {
    return part(CAPABILITIES, Capabilities::decode);
  }

  public LeafNodeSource source() {
    return part(SOURCE, LeafNodeSource::decode);
  }

  public List<Extension> extensions() {
    return part(EXTENSIONS, Extension::decodeList);
  }

  public Content content() {
    return new Content(encryptionKey(), credential(), capabilities(), extensions());
  }

  private byte[] signature() {
    return part(SIGNATURE, TlsReader::opaque);
  }

  private <T> T part(int part, TlsReader.Decoder<T> decoder) {
    TlsReader in = new TlsReader(encoded);
    try {
      skip(in, part);
      return decoder.decode(in);
    } catch (MlsException e) {
      throw new IllegalStateException("was decoded before", e);
    }
  }

  /** Steps over the fields before {@code part}. */
  private static void skip(TlsReader in, int part) throws MlsException {
    for (int i = 0; i < Math.min(part, CREDENTIAL); i++) {
      in.skipOpaque();
    }
    if (part > CREDENTIAL) {
      in.uint16();
      in.skipOpaque();
    }
    if (part > CAPABILITIES) {
      for (int i = 0; i < CAPABILITY_LISTS; i++) {
        in.skipOpaque();
      }
    }
    if (part > SOURCE) {
      LeafNodeSource.decode(in);
    }
    if (part > EXTENSIONS) {
      in.skipOpaque();
    }
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
    return "LeafNode[" + credential() + ", " + source() + "]";
  }

  private static LeafNode sign(
      Content content, LeafNodeSource source, SignatureKeyPair keys, byte[] context) {
    TlsWriter out = new TlsWriter(512).put(content.encryptionKey).put(keys.publicKey());
    out.put(content.credential).put(content.capabilities).put(source).vector(content.extensions);
    int signedLength = out.size();
    byte[] signature = keys.sign(LABEL, toBeSigned(out.toByteArray(), signedLength, context));
    return new LeafNode(out.opaque(signature).toByteArray(), signedLength);
  }

  private byte[] toBeSigned(byte[] context) {
    return toBeSigned(encoded, signedLength, context);
  }

  private static byte[] toBeSigned(byte[] encoded, int signedLength, byte[] context) {
    byte[] bytes = Arrays.copyOf(encoded, signedLength + context.length);
    System.arraycopy(context, 0, bytes, signedLength, context.length);
    return bytes;
  }

  private static byte[] context(GroupId group, LeafIndex leaf) {
    return new TlsWriter(64).put(group).put(leaf).toByteArray();
  }
}
