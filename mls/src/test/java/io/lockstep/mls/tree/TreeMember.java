package io.lockstep.mls.tree;

import io.lockstep.mls.BasicCredential;
import io.lockstep.mls.Capabilities;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A client as far as the tree knows it. */
final class TreeMember {
  static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;
  static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  final String name;
  final SignatureKeyPair keys;
  final KeyPackageBundle bundle;
  PrivateTree privateTree;

  TreeMember(String name, SecureRandom random) {
    this.name = name;
    this.keys = SignatureKeyPair.generate(SUITE, random);
    this.bundle =
        KeyPackageBundle.generate(
            keys,
            new BasicCredential(name.getBytes(StandardCharsets.UTF_8)),
            Lifetime.starting(NOW, Duration.ofDays(90)),
            KeyPackageUse.ONCE,
            random);
  }

  LeafNode leaf() {
    return bundle.keyPackage().leafNode();
  }

  LeafIndex index() {
    return privateTree.self();
  }

  LeafNode.Content contentWith(HpkeKeyPair leafKey) {
    return new LeafNode.Content(
        leafKey.publicKey(), leaf().credential(), Capabilities.standard(), List.of());
  }

  @Override
  public String toString() {
    return name;
  }
}
