package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.tree.LeafNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * A KeyPackage with its private keys. {@link #encode} gives them away: encrypt what it returns, and
 * delete it, and {@link #close} this, once the package was used (RFC 9420 section 16.8).
 */
public record KeyPackageBundle(KeyPackage keyPackage, HpkeKeyPair initKey, HpkeKeyPair leafKey)
    implements AutoCloseable {
  private static final int ENCODING_VERSION = 1;

  /** With {@link Capabilities#standard}, GREASE added. */
  public static KeyPackageBundle generate(
      SignatureKeyPair keys,
      Credential credential,
      Lifetime lifetime,
      KeyPackageUse use,
      SecureRandom random) {
    return generate(LeafProfile.of(keys, credential), lifetime, use, List.of(), random);
  }

  /**
   * With capabilities and leaf extensions of the application's choice. {@code extensions} are those
   * of the KeyPackage itself (section 10); their types must be in the capabilities, and last_resort
   * comes by {@code use}.
   */
  public static KeyPackageBundle generate(
      LeafProfile profile,
      Lifetime lifetime,
      KeyPackageUse use,
      List<Extension> extensions,
      SecureRandom random) {
    CipherSuite suite = profile.keys().suite();
    HpkeKeyPair initKey = suite.generateHpkeKeyPair(random);
    HpkeKeyPair leafKey = suite.generateHpkeKeyPair(random);
    LeafNode leaf =
        LeafNode.forKeyPackage(
            profile.content(leafKey.publicKey(), random), lifetime, profile.keys());
    List<Extension> all = new ArrayList<>(extensions);
    switch (use) {
      case ONCE -> {}
      case LAST_RESORT -> all.add(new Extension(Extension.LAST_RESORT, new byte[0]));
    }
    KeyPackage keyPackage = KeyPackage.sign(initKey.publicKey(), leaf, all, profile.keys());
    return new KeyPackageBundle(keyPackage, initKey, leafKey);
  }

  /**
   * For private keys that were kept elsewhere. IllegalArgumentException if they do not belong to
   * the package.
   */
  public static KeyPackageBundle of(KeyPackage keyPackage, Secret initKey, Secret leafKey) {
    CipherSuite suite = keyPackage.suite();
    HpkeKeyPair init = suite.hpkeKeyPair(initKey);
    HpkeKeyPair leaf = suite.hpkeKeyPair(leafKey);
    requireEqual(init.publicKey(), keyPackage.initKey());
    requireEqual(leaf.publicKey(), keyPackage.leafNode().encryptionKey());
    return new KeyPackageBundle(keyPackage, init, leaf);
  }

  /** Overwrites both private keys. A group that was joined with them has its own. */
  @Override
  public void close() {
    initKey.close();
    leafKey.close();
  }

  /** The package and both private keys: encrypt what it returns. */
  public byte[] encode() {
    TlsWriter out = new TlsWriter(1024).uint8(ENCODING_VERSION).opaque(keyPackage.encode());
    out.opaque(initKey.privateKey().expose()).opaque(leafKey.privateKey().expose());
    return out.toByteArray();
  }

  /**
   * The counterpart of {@link #encode}. Unsupported for another version of the format, Malformed if
   * keys and package do not belong together.
   */
  public static KeyPackageBundle decode(byte[] encoded) throws MlsException {
    return TlsReader.decodeAll(encoded, KeyPackageBundle::read);
  }

  private static KeyPackageBundle read(TlsReader in) throws MlsException {
    if (in.uint8() != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version of a stored KeyPackageBundle");
    }
    KeyPackage keyPackage = KeyPackage.decode(in.opaque());
    try {
      return of(keyPackage, Secret.take(in.opaque()), Secret.take(in.opaque()));
    } catch (IllegalArgumentException e) {
      throw new MlsException.Malformed("stored private keys do not belong to the KeyPackage");
    }
  }

  private static void requireEqual(HpkePublicKey derived, HpkePublicKey published) {
    if (!derived.equals(published)) {
      throw new IllegalArgumentException("private key does not belong to the KeyPackage");
    }
  }
}
