package io.lockstep.client.service;

import io.lockstep.api.v1.Reason;
import java.time.Duration;
import java.util.Map;

/** A call to a service failed. */
public abstract sealed class ServiceException extends Exception {
  private static final long serialVersionUID = 1L;

  private ServiceException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The service said no; the same request will be answered the same way. */
  public static final class Refused extends ServiceException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final transient Map<String, String> metadata;

    public Refused(Reason reason, Map<String, String> metadata, String message, Throwable cause) {
      super(message, cause);
      this.reason = reason;
      this.metadata = metadata;
    }

    /** {@code INTERNAL_ERROR} for a status that is not of the table. */
    public Reason reason() {
      return reason;
    }

    public Map<String, String> metadata() {
      return metadata;
    }
  }

  /**
   * No answer, or none yet: whether the request took effect is not known. Ask again; also when the
   * service was asked too fast.
   */
  public static final class Unknown extends ServiceException {
    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    public Unknown(String message, Throwable cause) {
      this(message, Duration.ZERO, cause);
    }

    /**
     * @param retryAfter asking earlier is of no use
     */
    public Unknown(String message, Duration retryAfter, Throwable cause) {
      super(message, cause);
      this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
      return retryAfter;
    }
  }

  /** The token is missing, expired or not accepted. */
  public static final class Unauthenticated extends ServiceException {
    private static final long serialVersionUID = 1L;

    public Unauthenticated(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
