package io.lockstep.gateway.vertx;

import io.lockstep.api.StreamKey;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.streams.StreamLimits;

/** Limits of a group on this gateway, for all event loops. An inbox has one client. Thread-safe. */
final class SharedLimits implements StreamLimits {
  private final Rates rates;
  private final OpenCounts open;

  SharedLimits(Rates rates, OpenCounts open) {
    this.rates = rates;
    this.open = open;
  }

  @Override
  public void attach(String key) throws Refused {
    if (!StreamKey.isInbox(key)) {
      open.groups().check(key);
      rates.groupAttach(key);
    }
  }

  @Override
  public void change(String key, int by) {
    if (!StreamKey.isInbox(key)) {
      open.groups().change(key, by);
    }
  }
}
