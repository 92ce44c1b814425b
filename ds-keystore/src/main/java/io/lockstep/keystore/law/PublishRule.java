package io.lockstep.keystore.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.KeysRefused.Reason;
import io.lockstep.log.v1.KeysUnchanged;
import io.lockstep.log.v1.PublishKeyPackages;
import io.lockstep.log.v1.SpentKeyPackage;
import io.lockstep.log.v1.StoredKeyPackage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All packages of a publication are stored or none. What is in the store, or was and has been
 * handed out, is passed over, so a publication may be retried at any time and brings nothing back.
 */
final class PublishRule {
  private PublishRule() {}

  static KeyEntry.Builder decide(KeyState state, PublishKeyPackages publish, long timeMillis) {
    PublishKeyPackages.Builder added =
        PublishKeyPackages.newBuilder().setInboxId(publish.getInboxId());
    Set<ByteString> known = known(state);
    for (int i = 0; i < publish.getOneTimeCount(); i++) {
      StoredKeyPackage stored = publish.getOneTime(i);
      if (!known.add(stored.getRef())) {
        continue;
      }
      if (!Freshness.isFresh(stored, timeMillis) || mayBeSpent(state, stored)) {
        return notFresh(i);
      }
      added.addOneTime(stored);
    }
    if (isNewLastResort(state, publish)) {
      if (!Freshness.isFresh(publish.getLastResort(), timeMillis)) {
        return notFresh(publish.getOneTimeCount());
      }
      added.setLastResort(publish.getLastResort());
    }
    if (liveCount(state.getOneTimeList(), timeMillis) + added.getOneTimeCount()
        > KeyLimits.ONE_TIME_MAX) {
      return refused(Reason.TOO_MANY_KEY_PACKAGES);
    }
    boolean changesNothing =
        added.getOneTimeCount() == 0
            && !added.hasLastResort()
            && state.getInboxId().equals(publish.getInboxId());
    return changesNothing
        ? KeyEntry.newBuilder().setUnchanged(KeysUnchanged.getDefaultInstance())
        : KeyEntry.newBuilder().setPublished(added);
  }

  static KeyEntry.Builder refused(Reason reason) {
    KeyEntry.Builder entry = KeyEntry.newBuilder();
    entry.getRefusedBuilder().setReason(reason);
    return entry;
  }

  private static KeyEntry.Builder notFresh(int index) {
    KeyEntry.Builder entry = refused(Reason.NOT_FRESH);
    entry.getRefusedBuilder().setIndex(index);
    return entry;
  }

  private static Set<ByteString> known(KeyState state) {
    Set<ByteString> known = new HashSet<>();
    for (StoredKeyPackage stored : state.getOneTimeList()) {
      known.add(stored.getRef());
    }
    for (SpentKeyPackage spent : state.getSpentList()) {
      known.add(spent.getRef());
    }
    return known;
  }

  private static boolean mayBeSpent(KeyState state, StoredKeyPackage stored) {
    return stored.getNotBeforeMs() <= state.getSpentHorizonMs();
  }

  private static boolean isNewLastResort(KeyState state, PublishKeyPackages publish) {
    return publish.hasLastResort()
        && !publish.getLastResort().getRef().equals(state.getLastResort().getRef());
  }

  private static long liveCount(List<StoredKeyPackage> packages, long timeMillis) {
    return packages.stream().filter(stored -> Freshness.isFresh(stored, timeMillis)).count();
  }
}
