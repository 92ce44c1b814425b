package io.lockstep.mls;

import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.tree.LeafNode;
import java.security.SecureRandom;
import java.util.List;

/**
 * What a client says about itself in a leaf (RFC 9420 section 7.2): its signature key, who it
 * claims to be, what it supports, and extensions of the application's choice. Immutable.
 *
 * <p>To use an extension, proposal or credential type that this engine does not know, list it in
 * the capabilities: {@code Capabilities.standard().withExtensions(0xF001)}. GREASE values are added
 * whenever a leaf is made, so they need not be here (section 13.5).
 */
public record LeafProfile(
    SignatureKeyPair keys,
    Credential credential,
    Capabilities capabilities,
    List<Extension> extensions) {
  public LeafProfile {
    extensions = List.copyOf(extensions);
  }

  /** With {@link Capabilities#standard} and no extensions. */
  public static LeafProfile of(SignatureKeyPair keys, Credential credential) {
    return new LeafProfile(keys, credential, Capabilities.standard(), List.of());
  }

  /** They must list the suite and credential type in use and all extension types (section 7.3). */
  public LeafProfile withCapabilities(Capabilities supported) {
    return new LeafProfile(keys, credential, supported, extensions);
  }

  /** For each of them the capabilities must list its type, unless that is one of the RFC's. */
  public LeafProfile withExtensions(List<Extension> chosen) {
    return new LeafProfile(keys, credential, capabilities, chosen);
  }

  LeafNode.Content content(HpkePublicKey encryptionKey, SecureRandom random) {
    return new LeafNode.Content(
        encryptionKey, credential, capabilities.withGrease(random), extensions);
  }

  /** For a path, which brings the encryption key. */
  LeafNode.Content content(SecureRandom random) {
    return content(new HpkePublicKey(new byte[0]), random);
  }
}
