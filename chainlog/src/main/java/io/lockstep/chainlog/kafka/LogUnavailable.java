package io.lockstep.chainlog.kafka;

/** The submission was refused before it was written, so it has had and will have no effect. */
public final class LogUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  LogUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
