package io.lockstep.keystore.credential;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.log.v1.StoredKeyPackage;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;

/**
 * Verifies the key packages of one call of one client: form, lifetime and both signatures (RFC
 * 9420, 10.1 and 7.3), and that the credential is the caller's. Not thread-safe.
 */
public final class PackageVerifier {
  private final ClientCertificates certificates;
  private final Instant now;

  public PackageVerifier(Set<TrustAnchor> anchors, byte[] clientId, Instant now) {
    this.certificates = new ClientCertificates(anchors, clientId, now);
    this.now = now;
  }

  /** The package as the log stores it. */
  public StoredKeyPackage verify(ByteString message, KeyPackageUse use) throws PackageRefused {
    if (message.size() > KeyLimits.KEY_PACKAGE_BYTES_MAX) {
      throw new PackageRefused(
          "key-package-size", "larger than " + KeyLimits.KEY_PACKAGE_BYTES_MAX + " bytes");
    }
    try {
      byte[] bytes = message.toByteArray();
      KeyPackage decoded = KeyPackage.decode(bytes);
      decoded.verify(now, certificates);
      requireUse(decoded, use);
      // What is handed out is what was verified.
      if (!Arrays.equals(decoded.encode(), bytes)) {
        throw new PackageRefused("key-package-encoding", "not the encoding of what it says");
      }
      Lifetime lifetime = decoded.lifetime();
      long end = Math.min(lifetime.notAfter(), certificates.notAfter().getEpochSecond());
      return StoredKeyPackage.newBuilder()
          .setRef(UnsafeByteOperations.unsafeWrap(decoded.ref().bytes()))
          .setCipherSuite(decoded.suite().id())
          .setNotBeforeMs(millis(lifetime.notBefore()))
          .setNotAfterMs(millis(end))
          .setKeyPackage(message)
          .build();
    } catch (MlsException.Invalid e) {
      throw new PackageRefused(e.rule().id(), e.getMessage());
    } catch (MlsException.CredentialRefused e) {
      throw new PackageRefused(e.reason(), e.getMessage());
    } catch (MlsException e) {
      throw new PackageRefused("key-package-form", e.getMessage());
    }
  }

  private static void requireUse(KeyPackage decoded, KeyPackageUse use) throws PackageRefused {
    switch (use) {
      case ONCE -> {
        if (decoded.isLastResort()) {
          throw new PackageRefused(
              "key-package-once", "a package for one use has the last_resort extension");
        }
      }
      case LAST_RESORT -> {
        if (!decoded.isLastResort()) {
          throw new PackageRefused(
              "key-package-last-resort", "the last_resort extension is missing");
        }
      }
    }
  }

  /** Verified lifetimes contain now and are not longer than MLS allows, so this cannot overflow. */
  private static long millis(long seconds) {
    return Duration.ofSeconds(seconds).toMillis();
  }
}
