package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import java.util.List;

/**
 * The keys that are in a tree, each once (RFC 9420 section 16.7): signature keys and HPKE keys
 * apart.
 */
record TreeKeys(CipherSuite suite, KeySet encryption, KeySet signature) {
  static TreeKeys none(CipherSuite suite) {
    return new TreeKeys(suite, KeySet.EMPTY, KeySet.EMPTY);
  }

  TreeKeys withLeaf(LeafNode leaf) throws MlsException.Invalid {
    KeySet.Fingerprint encryptionKey = fingerprint(leaf.encryptionKey());
    KeySet.Fingerprint signatureKey = fingerprint(leaf.signatureKey());
    if (encryption.contains(encryptionKey)) {
      throw taken(Rule.LEAF_ENCRYPTION_KEY_UNIQUE);
    }
    if (signature.contains(signatureKey)) {
      throw taken(Rule.LEAF_SIGNATURE_KEY_UNIQUE);
    }
    return new TreeKeys(suite, encryption.with(encryptionKey), signature.with(signatureKey));
  }

  TreeKeys withoutLeaf(LeafNode leaf) {
    return new TreeKeys(
        suite,
        encryption.without(fingerprint(leaf.encryptionKey())),
        signature.without(fingerprint(leaf.signatureKey())));
  }

  TreeKeys withParents(List<HpkePublicKey> keys) throws MlsException.Invalid {
    KeySet all = encryption;
    for (HpkePublicKey key : keys) {
      KeySet.Fingerprint fingerprint = fingerprint(key);
      if (all.contains(fingerprint)) {
        throw taken(Rule.PARENT_ENCRYPTION_KEY_UNIQUE);
      }
      all = all.with(fingerprint);
    }
    return new TreeKeys(suite, all, signature);
  }

  TreeKeys withoutParents(List<HpkePublicKey> keys) {
    KeySet rest = encryption;
    for (HpkePublicKey key : keys) {
      rest = rest.without(fingerprint(key));
    }
    return new TreeKeys(suite, rest, signature);
  }

  private KeySet.Fingerprint fingerprint(Encodable key) {
    return KeySet.Fingerprint.of(suite, key.encode());
  }

  private static MlsException.Invalid taken(Rule rule) {
    return new MlsException.Invalid(rule, "another node of the tree has the same key");
  }
}
