package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What can be said of a Welcome by someone it is not for (RFC 9420 section 12.4.3.1). */
final class WelcomeRules {
  private WelcomeRules() {}

  static void checkRecipients(List<byte[]> welcomes, CipherSuite suite, List<KeyPackageRef> joiners)
      throws MlsException {
    Set<KeyPackageRef> missing = new HashSet<>(joiners);
    for (byte[] welcome : welcomes) {
      checkSuite(welcome, suite);
      for (KeyPackageRef ref : WelcomeSplit.refs(welcome)) {
        if (!missing.remove(ref)) {
          throw new MlsException.Invalid(
              Rule.WELCOME_RECIPIENTS, ref + " is not added, or welcomed twice");
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new MlsException.Invalid(
          Rule.WELCOME_RECIPIENTS, missing.size() + " of those added are not welcomed");
    }
  }

  private static void checkSuite(byte[] welcome, CipherSuite suite) throws MlsException {
    if (MlsFrame.read(welcome) instanceof MlsFrame.Welcome(int cipherSuite)
        && cipherSuite != suite.id()) {
      throw new MlsException.Invalid(Rule.WELCOME_SUITE, "not the suite of the group");
    }
  }
}
