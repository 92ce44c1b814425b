package io.lockstep.mls;

import io.lockstep.mls.crypto.Parallel;
import io.lockstep.mls.tree.LeafRules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Whether a KeyPackage may bring a new member in (RFC 9420 section 10.1).
 *
 * @param grace how long a lifetime may be over, or have still to begin: nothing for what we send
 */
record KeyPackageJudge(
    CredentialValidator credentials, Instant now, Duration lifetimeMax, Duration grace) {

  /** Signatures are verified on all cores, credentials by this thread. */
  void verify(List<KeyPackage> keyPackages) throws MlsException {
    for (KeyPackage keyPackage : keyPackages) {
      checkLifetimes(keyPackage);
    }
    Parallel.map(keyPackages, KeyPackageJudge::verifyForm);
    for (KeyPackage keyPackage : keyPackages) {
      LeafRules.checkCredential(keyPackage.leafNode(), credentials);
    }
  }

  private static KeyPackage verifyForm(KeyPackage keyPackage) throws MlsException {
    keyPackage.verifyForm();
    return keyPackage;
  }

  private void checkLifetimes(KeyPackage keyPackage) throws MlsException {
    checkLifetime(keyPackage.lifetime());
    if (!lifetimeMax.equals(ReceiveContext.UNLIMITED)) {
      LeafRules.checkTotalLifetime(keyPackage.leafNode(), lifetimeMax);
    }
  }

  private void checkLifetime(Lifetime lifetime) throws MlsException.Invalid {
    long latestBegin = now.plus(grace).getEpochSecond();
    long earliestEnd = Math.max(0, now.minus(grace).getEpochSecond());
    if (Long.compareUnsigned(lifetime.notBefore(), latestBegin) > 0
        || Long.compareUnsigned(lifetime.notAfter(), earliestEnd) < 0) {
      throw new MlsException.Invalid(Rule.LEAF_LIFETIME, "expired or not yet valid");
    }
  }
}
