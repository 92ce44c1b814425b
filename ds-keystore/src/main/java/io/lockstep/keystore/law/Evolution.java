package io.lockstep.keystore.law;

import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyPackageClaimed;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.PublishKeyPackages;
import io.lockstep.log.v1.SeenClaim;
import io.lockstep.log.v1.SpentKeyPackage;
import io.lockstep.log.v1.StoredKeyPackage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How an entry changes the state, and what is forgotten by the way. */
final class Evolution {
  private final KeyState.Builder next;
  private final long timeMillis;

  Evolution(KeyState state, KeyEntry entry) {
    this.timeMillis = entry.getTimeMs();
    this.next = state.toBuilder().setSequence(entry.getSequence()).setTimeMs(timeMillis);
  }

  KeyState published(PublishKeyPackages published) {
    next.setInboxId(published.getInboxId()).addAllOneTime(published.getOneTimeList());
    if (published.hasLastResort()) {
      next.setLastResort(published.getLastResort());
    }
    return forgetful();
  }

  KeyState claimed(KeyPackageClaimed claimed) {
    next.addClaims(
        SeenClaim.newBuilder()
            .setClaimId(claimed.getClaimId())
            .setTimeMs(timeMillis)
            .setSequence(next.getSequence()));
    if (!claimed.getLastResort()) {
      spend(claimed.getKeyPackage());
    }
    return forgetful();
  }

  private void spend(StoredKeyPackage stored) {
    replaceOneTime(
        next.getOneTimeList().stream().filter(s -> !s.getRef().equals(stored.getRef())).toList());
    next.addSpent(
        SpentKeyPackage.newBuilder()
            .setRef(stored.getRef())
            .setNotBeforeMs(stored.getNotBeforeMs())
            .setNotAfterMs(stored.getNotAfterMs()));
  }

  private KeyState forgetful() {
    replaceOneTime(
        next.getOneTimeList().stream().filter(s -> Freshness.isFresh(s, timeMillis)).toList());
    if (next.hasLastResort() && !Freshness.isFresh(next.getLastResort(), timeMillis)) {
      next.clearLastResort();
    }
    forgetSpent();
    forgetClaims();
    return next.build();
  }

  private void replaceOneTime(List<StoredKeyPackage> packages) {
    next.clearOneTime().addAllOneTime(packages);
  }

  /**
   * A spent package that has expired cannot be published again. One that is dropped for want of
   * room could; so the horizon rises to its beginning, and no package up to there is taken any
   * more.
   */
  private void forgetSpent() {
    List<SpentKeyPackage> spent =
        new ArrayList<>(
            next.getSpentList().stream().filter(s -> s.getNotAfterMs() > timeMillis).toList());
    while (spent.size() > KeyLimits.SPENT_MAX) {
      SpentKeyPackage oldest =
          spent.stream().min(Comparator.comparingLong(SpentKeyPackage::getNotBeforeMs)).get();
      next.setSpentHorizonMs(Math.max(next.getSpentHorizonMs(), oldest.getNotBeforeMs()));
      spent.remove(oldest);
    }
    next.clearSpent().addAllSpent(spent);
  }

  private void forgetClaims() {
    List<SeenClaim> claims =
        next.getClaimsList().stream()
            .filter(seen -> ClaimRule.isRemembered(seen, timeMillis))
            .toList();
    int surplus = Math.max(0, claims.size() - KeyLimits.CLAIMS_MAX);
    next.clearClaims().addAllClaims(claims.subList(surplus, claims.size()));
  }
}
