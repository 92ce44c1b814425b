package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;
import java.util.Map;

/** A request is refused for a reason of the closed error table. The message holds no identity. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;
  private final Reason reason;
  private final transient Map<String, String> metadata;

  public Refused(Reason reason, String message) {
    this(reason, message, Map.of());
  }

  /**
   * @param metadata what the error table promises beside the reason
   */
  public Refused(Reason reason, String message, Map<String, String> metadata) {
    super(message, null, false, false);
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
  }

  public Reason reason() {
    return reason;
  }

  public Map<String, String> metadata() {
    return metadata;
  }
}
