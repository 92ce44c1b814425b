package io.lockstep.client;

import io.lockstep.api.v1.Reason;

/**
 * An operation of {@link LockstepClient} was not carried out, or it is not known whether it was.
 */
public abstract sealed class LockstepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private LockstepException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A service refused; {@code proto/README.md} says what each reason means. */
  public static final class Refused extends LockstepException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    Refused(Reason reason, String message, Throwable cause) {
      super(message, cause);
      this.reason = reason;
    }

    public Reason reason() {
      return reason;
    }
  }

  /**
   * No answer in time. The client goes on with it by itself, also after a restart: look at the
   * group before you ask for the same again.
   */
  public static final class OutcomeUnknown extends LockstepException {
    private static final long serialVersionUID = 1L;

    OutcomeUnknown(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** This device is no client of any account yet. */
  public static final class NotEnrolled extends LockstepException {
    private static final long serialVersionUID = 1L;

    NotEnrolled() {
      super("this device is not enrolled", null);
    }
  }

  /** There is no state of such a group here. */
  public static final class UnknownGroup extends LockstepException {
    private static final long serialVersionUID = 1L;

    UnknownGroup() {
      super("no such group on this device", null);
    }
  }

  /** The group is not in a state in which this can be done. */
  public static final class WrongStanding extends LockstepException {
    private static final long serialVersionUID = 1L;
    private final Standing standing;

    WrongStanding(Standing standing, String message) {
      super(message + " (" + standing + ")", null);
      this.standing = standing;
    }

    public Standing standing() {
      return standing;
    }
  }

  /** Other members were faster each time. */
  public static final class TooManyLostRaces extends LockstepException {
    private static final long serialVersionUID = 1L;

    TooManyLostRaces(int attempts) {
      super("lost the race for the epoch " + attempts + " times", null);
    }
  }

  /** Key material that the services handed out is not what it should be; nobody was added. */
  public static final class Untrusted extends LockstepException {
    private static final long serialVersionUID = 1L;

    Untrusted(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A user, client or leaf that is meant is not there, or there is more than one. */
  public static final class NoSuchMember extends LockstepException {
    private static final long serialVersionUID = 1L;

    NoSuchMember(String message) {
      super(message, null);
    }
  }

  /** The MLS engine refuses what was asked for. */
  public static final class Invalid extends LockstepException {
    private static final long serialVersionUID = 1L;

    Invalid(Throwable cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** The client was closed, or the calling thread was interrupted. */
  public static final class Closed extends LockstepException {
    private static final long serialVersionUID = 1L;

    Closed(String message) {
      super(message, null);
    }
  }
}
