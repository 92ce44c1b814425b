package io.lockstep.keystore.store;

import io.lockstep.api.v1.Reason;
import java.util.Map;

/** A call does not succeed, for a reason of the closed error table. The message names nobody. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient Map<String, String> metadata;

  public Refusal(Reason reason, String message) {
    this(reason, message, Map.of());
  }

  public Refusal(Reason reason, String message, Map<String, String> metadata) {
    super(message);
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
  }

  public Refusal(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.metadata = Map.of();
  }

  public Reason reason() {
    return reason;
  }

  /** For programs, for example {@code rule} of INVALID_KEY_PACKAGE. */
  public Map<String, String> metadata() {
    return metadata;
  }
}
