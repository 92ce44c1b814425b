package io.lockstep.mls.tree;

import io.lockstep.mls.Capabilities;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Extension;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Rule;
import io.lockstep.mls.crypto.CipherSuite;
import java.time.Duration;
import java.time.Instant;

/**
 * The rules of RFC 9420 section 7.3 that a leaf can be held against by itself, one method each.
 * Those that compare it with the group are in TreeRules.
 */
public final class LeafRules {
  private LeafRules() {}

  /**
   * All that is true of a leaf whatever the group and the time: key, capabilities and extensions
   * agree.
   */
  public static void checkConsistent(LeafNode leaf, CipherSuite suite) throws MlsException.Invalid {
    if (!suite.isHpkePublicKey(leaf.encryptionKey())) {
      throw new MlsException.Invalid(
          Rule.LEAF_ENCRYPTION_KEY_VALID, "encryption_key does not fit " + suite);
    }
    checkExtensions(leaf);
    checkCredentialType(leaf);
  }

  /**
   * The leaf lists version and suite. No rule of section 7.3, so leaves of others are not held
   * against it: asked before a client is added.
   */
  public static void checkSuiteListed(LeafNode leaf, CipherSuite suite)
      throws MlsException.Invalid {
    Capabilities capabilities = leaf.capabilities();
    if (!capabilities.versions().contains(Capabilities.MLS_10)) {
      throw new MlsException.Invalid(Rule.LEAF_VERSION_LISTED, "mls10 is not listed");
    }
    if (!capabilities.cipherSuites().contains(suite.id())) {
      throw new MlsException.Invalid(Rule.LEAF_SUITE_LISTED, suite + " is not listed");
    }
  }

  public static void checkExtensions(LeafNode leaf) throws MlsException.Invalid {
    for (Extension extension : leaf.extensions()) {
      checkExtensionListed(leaf, extension);
    }
  }

  /** Also for an extension of a KeyPackage that this engine knows (section 10). */
  public static void checkExtensionListed(LeafNode leaf, Extension extension)
      throws MlsException.Invalid {
    int type = extension.type();
    if (!Extension.isDefault(type) && !leaf.capabilities().extensions().contains(type)) {
      throw new MlsException.Invalid(
          Rule.LEAF_EXTENSIONS_LISTED, "extension " + type + " is not in capabilities");
    }
  }

  public static void checkCredentialType(LeafNode leaf) throws MlsException.Invalid {
    int type = leaf.credential().type();
    if (!leaf.capabilities().credentials().contains(type)) {
      throw new MlsException.Invalid(
          Rule.LEAF_CREDENTIAL_TYPE_LISTED, "credential " + type + " is not in capabilities");
    }
  }

  public static void checkCredential(LeafNode leaf, CredentialValidator validator)
      throws MlsException {
    validator.validate(leaf.credential(), leaf.signatureKey().bytes());
  }

  /** Only leaves from a KeyPackage have a lifetime; others pass. */
  public static void checkLifetime(LeafNode leaf, Instant now) throws MlsException.Invalid {
    if (leaf.source() instanceof LeafNodeSource.FromKeyPackage fromKeyPackage
        && !fromKeyPackage.lifetime().contains(now)) {
      throw new MlsException.Invalid(Rule.LEAF_LIFETIME, "expired or not yet valid");
    }
  }

  public static void checkTotalLifetime(LeafNode leaf, Duration max) throws MlsException.Invalid {
    if (leaf.source() instanceof LeafNodeSource.FromKeyPackage fromKeyPackage
        && fromKeyPackage.lifetime().isLongerThan(max)) {
      throw new MlsException.Invalid(Rule.LEAF_TOTAL_LIFETIME, "lifetime is above the limit");
    }
  }

  public static void checkFromKeyPackage(LeafNode leaf) throws MlsException.Invalid {
    requireSource(leaf.source() instanceof LeafNodeSource.FromKeyPackage, "key_package");
  }

  /** {@code replaced}: the leaf that the Update is to replace. */
  public static void checkFromUpdate(LeafNode leaf, LeafNode replaced) throws MlsException.Invalid {
    requireSource(leaf.source() instanceof LeafNodeSource.FromUpdate, "update");
    checkKeyReplaced(leaf, replaced);
  }

  public static void checkFromCommit(LeafNode leaf) throws MlsException.Invalid {
    requireSource(leaf.source() instanceof LeafNodeSource.FromCommit, "commit");
  }

  public static void checkKeyReplaced(LeafNode leaf, LeafNode replaced)
      throws MlsException.Invalid {
    if (leaf.encryptionKey().equals(replaced.encryptionKey())) {
      throw new MlsException.Invalid(
          Rule.LEAF_ENCRYPTION_KEY_REPLACED, "encryption_key is the same as before");
    }
  }

  /** Made by the check of a signature that answered false. */
  public static MlsException.Invalid badSignature() {
    return new MlsException.Invalid(Rule.LEAF_SIGNATURE, "signature does not match");
  }

  private static void requireSource(boolean holds, String expected) throws MlsException.Invalid {
    if (!holds) {
      throw new MlsException.Invalid(Rule.LEAF_SOURCE, "source must be " + expected);
    }
  }
}
