package io.lockstep.mls;

import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.LeafRules;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a KeyPackage may bring a new member in (RFC 9420 section 10.1).
 *
 * @param grace how long a lifetime may be over, or have still to begin: nothing for what we send
 */
record KeyPackageJudge(
    CredentialValidator credentials, Instant now, Duration lifetimeMax, Duration grace) {

  void verify(KeyPackage keyPackage) throws MlsException {
    LeafNode leaf = keyPackage.leafNode();
    checkLifetime(keyPackage.lifetime());
    if (!lifetimeMax.equals(ReceiveContext.UNLIMITED)) {
      LeafRules.checkTotalLifetime(leaf, lifetimeMax);
    }
    keyPackage.verifyForm();
    LeafRules.checkCredential(leaf, credentials);
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
