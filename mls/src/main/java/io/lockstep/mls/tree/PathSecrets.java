package io.lockstep.mls.tree;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of path secrets up to the root, with the key pairs derived from them (RFC 9420 section
 * 7.4), lowest first, and the secret one beyond the last, which is the commit secret (section
 * 12.4).
 */
record PathSecrets(List<Secret> secrets, List<HpkeKeyPair> keyPairs, Secret commitSecret) {
  /**
   * {@code count} secrets, the first of which is {@code lowest}. With none, {@code lowest} is the
   * commit secret.
   */
  static PathSecrets from(CipherSuite suite, Secret lowest, int count) {
    List<Secret> secrets = new ArrayList<>(count);
    List<HpkeKeyPair> keyPairs = new ArrayList<>(count);
    Secret next = lowest;
    for (int i = 0; i < count; i++) {
      secrets.add(next);
      try (Secret nodeSecret = suite.deriveSecret(next, "node")) {
        keyPairs.add(suite.deriveHpkeKeyPair(nodeSecret));
      }
      next = suite.deriveSecret(next, "path");
    }
    return new PathSecrets(secrets, keyPairs, next);
  }

  /**
   * Deletes the path secrets; key pairs and commit secret stay (section 7.5: outdated key material
   * must go).
   */
  void closeSecrets() {
    secrets.forEach(Secret::close);
  }
}
