package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;

/** A request is refused for a reason of the closed error table. The message holds no identity. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  public Refused(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
