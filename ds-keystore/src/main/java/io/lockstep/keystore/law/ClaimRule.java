package io.lockstep.keystore.law;

import io.lockstep.log.v1.ClaimKeyPackage;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyPackageClaimed;
import io.lockstep.log.v1.KeyPackageClaimedBefore;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.KeysRefused.Reason;
import io.lockstep.log.v1.SeenClaim;
import io.lockstep.log.v1.StoredKeyPackage;
import java.util.Optional;

/**
 * A claim takes the oldest one-time package of its cipher suite, else the last-resort package. The
 * same claim again is pointed to its first answer; one that found nothing may find something later.
 */
final class ClaimRule {
  private ClaimRule() {}

  static KeyEntry.Builder decide(
      Optional<KeyState> stream, ClaimKeyPackage claim, long timeMillis) {
    if (stream.isEmpty()) {
      return PublishRule.refused(Reason.UNKNOWN_CLIENT);
    }
    KeyState state = stream.get();
    Optional<SeenClaim> before = seen(state, claim, timeMillis);
    if (before.isPresent()) {
      return KeyEntry.newBuilder()
          .setClaimedBefore(
              KeyPackageClaimedBefore.newBuilder().setSequence(before.get().getSequence()));
    }
    Optional<StoredKeyPackage> oneTime =
        state.getOneTimeList().stream()
            .filter(stored -> fits(stored, claim, timeMillis))
            .findFirst();
    if (oneTime.isPresent()) {
      return KeyEntry.newBuilder().setClaimed(answer(state, claim, oneTime.get()));
    }
    if (state.hasLastResort() && fits(state.getLastResort(), claim, timeMillis)) {
      return KeyEntry.newBuilder()
          .setClaimed(answer(state, claim, state.getLastResort()).setLastResort(true));
    }
    return PublishRule.refused(Reason.KEY_PACKAGES_EXHAUSTED);
  }

  static boolean isRemembered(SeenClaim seen, long timeMillis) {
    return timeMillis - seen.getTimeMs() <= KeyLimits.CLAIM_WINDOW.toMillis();
  }

  private static Optional<SeenClaim> seen(KeyState state, ClaimKeyPackage claim, long timeMillis) {
    return state.getClaimsList().stream()
        .filter(seen -> seen.getClaimId().equals(claim.getClaimId()))
        .filter(seen -> isRemembered(seen, timeMillis))
        .findFirst();
  }

  private static boolean fits(StoredKeyPackage stored, ClaimKeyPackage claim, long timeMillis) {
    return stored.getCipherSuite() == claim.getCipherSuite()
        && Freshness.isFresh(stored, timeMillis);
  }

  private static KeyPackageClaimed.Builder answer(
      KeyState state, ClaimKeyPackage claim, StoredKeyPackage stored) {
    return KeyPackageClaimed.newBuilder()
        .setClaimId(claim.getClaimId())
        .setInboxId(state.getInboxId())
        .setKeyPackage(stored);
  }
}
