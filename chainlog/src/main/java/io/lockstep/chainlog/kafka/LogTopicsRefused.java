package io.lockstep.chainlog.kafka;

/**
 * The topics of a log are not as they must be, or cannot be made so. The message names topic and
 * setting.
 */
public final class LogTopicsRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LogTopicsRefused(String message) {
    super(message);
  }

  LogTopicsRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
