package io.lockstep.keystore.law;

import io.lockstep.log.v1.StoredKeyPackage;

/** Which packages may be handed out at a time. */
public final class Freshness {
  private Freshness() {}

  /** Whether enough of its lifetime is left, at a time in milliseconds since 1970. */
  public static boolean isFresh(StoredKeyPackage stored, long timeMillis) {
    return stored.getNotAfterMs() - KeyLimits.HAND_OUT_MARGIN.toMillis() > timeMillis;
  }
}
