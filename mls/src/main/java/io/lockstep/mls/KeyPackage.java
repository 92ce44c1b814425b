package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.LeafNodeSource;
import io.lockstep.mls.tree.LeafRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * What a client publishes so that others can add it to groups (RFC 9420 section 10). {@link
 * #decode} and {@link #encode} speak of the MLSMessage that carries it.
 */
public final class KeyPackage {
  private static final String LABEL = "KeyPackageTBS";
  private static final String REFERENCE_LABEL = "MLS 1.0 KeyPackage Reference";

  private final CipherSuite suite;
  private final HpkePublicKey initKey;
  private final LeafNode leafNode;
  private final List<Extension> extensions;
  private final byte[] signature;
  private final byte[] encoded;
  private final int signedLength;

  private KeyPackage(
      CipherSuite suite,
      HpkePublicKey initKey,
      LeafNode leafNode,
      List<Extension> extensions,
      byte[] signature) {
    this.suite = suite;
    this.initKey = initKey;
    this.leafNode = leafNode;
    this.extensions = List.copyOf(extensions);
    this.signature = signature;
    TlsWriter out = new TlsWriter(512).uint16(Capabilities.MLS_10).uint16(suite.id());
    out.put(initKey).put(leafNode).vector(this.extensions);
    this.signedLength = out.size();
    this.encoded = out.opaque(signature).toByteArray();
  }

  /** {@code keys} must be those of {@code leafNode}. */
  public static KeyPackage sign(
      HpkePublicKey initKey, LeafNode leafNode, List<Extension> extensions, SignatureKeyPair keys) {
    KeyPackage unsigned = new KeyPackage(keys.suite(), initKey, leafNode, extensions, new byte[0]);
    byte[] signature = keys.sign(LABEL, unsigned.toBeSigned());
    return new KeyPackage(keys.suite(), initKey, leafNode, extensions, signature);
  }

  /** From an MLSMessage. Checks the form only; see {@link #verify}. */
  public static KeyPackage decode(byte[] mlsMessage) throws MlsException {
    return TlsReader.decodeAll(
        mlsMessage,
        in -> {
          int version = in.uint16();
          if (version != Capabilities.MLS_10) {
            throw new MlsException.Unsupported("protocol version " + version);
          }
          if (WireFormat.of(in.uint16()) != WireFormat.KEY_PACKAGE) {
            throw new MlsException.Malformed("the message is no KeyPackage");
          }
          return read(in);
        });
  }

  /** The bare structure, as it stands inside an Add proposal. */
  public static KeyPackage read(TlsReader in) throws MlsException {
    int version = in.uint16();
    if (version != Capabilities.MLS_10) {
      throw new MlsException.Unsupported("protocol version " + version);
    }
    return new KeyPackage(
        CipherSuite.of(in.uint16()),
        HpkePublicKey.decode(in),
        LeafNode.decode(in),
        Extension.decodeList(in),
        in.opaque());
  }

  /** As an MLSMessage. */
  public byte[] encode() {
    TlsWriter out = new TlsWriter(encoded.length + 4);
    out.uint16(Capabilities.MLS_10).uint16(WireFormat.KEY_PACKAGE.id());
    return out.raw(encoded).toByteArray();
  }

  /** The bare structure, as it stands inside an Add proposal. */
  public void writeTo(TlsWriter out) {
    out.raw(encoded);
  }

  /**
   * Before a client is added or its package is handed out: every rule of section 10.1 and those of
   * section 7.3 that need no group; with {@link Lifetime#TOTAL_MAX}.
   */
  public void verify(Instant now, CredentialValidator validator) throws MlsException {
    verify(now, Lifetime.TOTAL_MAX, validator);
  }

  /**
   * The same with another limit for the lifetime. {@link MlsException.Invalid} names the rule that
   * is broken.
   */
  public void verify(Instant now, Duration totalLifetimeMax, CredentialValidator validator)
      throws MlsException {
    LeafRules.checkLifetime(leafNode, now);
    LeafRules.checkTotalLifetime(leafNode, totalLifetimeMax);
    LeafRules.checkSuiteListed(leafNode, suite);
    verifyForm();
    LeafRules.checkCredential(leafNode, validator);
  }

  /**
   * The rules that hold at any time and for any validator: form, keys and both signatures. For Adds
   * that others sent.
   */
  public void verifyForm() throws MlsException.Invalid {
    LeafRules.checkFromKeyPackage(leafNode);
    LeafRules.checkConsistent(leafNode, suite);
    // Section 10 tells the creator to list the types of these extensions as well, but receivers to
    // ignore those that they do not know: other implementations send GREASE that they do not list.
    if (isLastResort()) {
      LeafRules.checkExtensionListed(leafNode, new Extension(Extension.LAST_RESORT, new byte[0]));
    }
    if (!suite.isHpkePublicKey(initKey)) {
      throw invalid(Rule.KEY_PACKAGE_INIT_KEY_VALID, "init_key does not fit the suite");
    }
    if (initKey.equals(leafNode.encryptionKey())) {
      throw invalid(Rule.KEY_PACKAGE_INIT_KEY_DISTINCT, "init_key is the leaf's key");
    }
    if (!leafNode.verifySignature(suite)) {
      throw LeafRules.badSignature();
    }
    if (!suite.verifyWithLabel(leafNode.signatureKey(), LABEL, toBeSigned(), signature)) {
      throw invalid(Rule.KEY_PACKAGE_SIGNATURE, "signature does not match");
    }
  }

  /** How a Welcome names it (section 5.2): a hash, computed at each call. */
  public KeyPackageRef ref() {
    return new KeyPackageRef(suite.refHash(REFERENCE_LABEL, encoded));
  }

  public CipherSuite suite() {
    return suite;
  }

  /** To which the secrets in a Welcome are encrypted. */
  public HpkePublicKey initKey() {
    return initKey;
  }

  /** The leaf that the client will have. */
  public LeafNode leafNode() {
    return leafNode;
  }

  public Credential credential() {
    return leafNode.credential();
  }

  public SignaturePublicKey signatureKey() {
    return leafNode.signatureKey();
  }

  /** Those of the KeyPackage itself, not of its leaf. */
  public List<Extension> extensions() {
    return extensions;
  }

  /** Invalid if the leaf is not from a KeyPackage, which {@link #verify} finds as well. */
  public Lifetime lifetime() throws MlsException.Invalid {
    if (leafNode.source() instanceof LeafNodeSource.FromKeyPackage fromKeyPackage) {
      return fromKeyPackage.lifetime();
    }
    throw invalid(Rule.LEAF_SOURCE, "source must be key_package");
  }

  /** Whether it may be handed out again when no other is left. */
  public boolean isLastResort() {
    return Extension.find(extensions, Extension.LAST_RESORT).isPresent();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyPackage that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "KeyPackage[" + ref() + "]";
  }

  private byte[] toBeSigned() {
    return Arrays.copyOf(encoded, signedLength);
  }

  private static MlsException.Invalid invalid(Rule rule, String message) {
    return new MlsException.Invalid(rule, message);
  }
}
