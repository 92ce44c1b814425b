package io.lockstep.mls;

import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.schedule.SecretTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Overwrites the secrets of a state that is let go. States share what did not change, so what
 * another state still has is told by identity and left alone; subtrees of message keys that both
 * share are not even visited.
 */
final class SecretSweep {
  private SecretSweep() {}

  /** Whether two states are one object; equal ones may have secrets of their own. */
  @SuppressWarnings("ReferenceEquality")
  static boolean same(GroupState one, GroupState other) {
    return one == other;
  }

  /** All secrets of {@code state} that {@code kept} does not have. */
  static void wipeExcept(GroupState state, GroupState kept) {
    wipeExcept(loose(state), kept);
    wipeMessageKeys(state.context().epoch(), state.messageKeys(), kept);
    for (PastEpoch past : state.past().newestFirst()) {
      wipeMessageKeys(past.context().epoch(), past.messageKeys(), kept);
    }
  }

  /** Those of {@code secrets} that {@code kept} does not have outside of its message keys. */
  static void wipeExcept(List<Secret> secrets, GroupState kept) {
    Set<Secret> keep = Collections.newSetFromMap(new IdentityHashMap<>());
    keep.addAll(loose(kept));
    secrets.stream().filter(each -> !keep.contains(each)).forEach(Secret::close);
  }

  static void wipe(GroupState state) {
    loose(state).forEach(Secret::close);
    state.messageKeys().wipe();
    state.past().newestFirst().forEach(past -> past.messageKeys().wipe());
  }

  private static void wipeMessageKeys(long epoch, SecretTree keys, GroupState kept) {
    Optional<SecretTree> keptKeys =
        epoch == kept.context().epoch()
            ? Optional.of(kept.messageKeys())
            : kept.past().find(epoch).map(PastEpoch::messageKeys);
    keptKeys.ifPresentOrElse(keys::wipeExcept, keys::wipe);
  }

  /** All but the message keys. */
  private static List<Secret> loose(GroupState state) {
    List<Secret> secrets = new ArrayList<>(state.secrets().all());
    secrets.addAll(state.ownKeys().secrets());
    secrets.add(state.signer().privateKey());
    for (PastEpoch past : state.past().newestFirst()) {
      secrets.add(past.senderData());
      secrets.add(past.resumption());
    }
    state.proposals().updateKeys().stream().map(HpkeKeyPair::privateKey).forEach(secrets::add);
    return secrets;
  }
}
