package io.lockstep.mls;

/**
 * Everything that can be wrong with input from others. A failed call has changed nothing: the value
 * it was called on stays usable.
 *
 * <p>Mistakes of the caller (a key of another suite, a negative length) are {@link
 * IllegalArgumentException} instead.
 */
public abstract sealed class MlsException extends Exception {
  private static final long serialVersionUID = 1L;

  private MlsException(String message) {
    super(message);
  }

  /**
   * The bytes are not an encoding of what was asked for (RFC 9420 section 2.1 or the structure's
   * own definition).
   */
  public static final class Malformed extends MlsException {
    private static final long serialVersionUID = 1L;

    public Malformed(String message) {
      super(message);
    }
  }

  /** Well formed, but a version, cipher suite or kind of message that this engine does not have. */
  public static final class Unsupported extends MlsException {
    private static final long serialVersionUID = 1L;

    public Unsupported(String message) {
      super(message);
    }
  }

  /** Well formed, but a rule of the protocol refuses it. {@link #rule()} says which. */
  public static final class Invalid extends MlsException {
    private static final long serialVersionUID = 1L;
    private final Rule rule;

    /** {@code detail}: what is wrong in this case, without anything secret. */
    public Invalid(Rule rule, String detail) {
      super(rule.id() + " (" + rule.source() + "): " + detail);
      this.rule = rule;
    }

    /** Which rule; {@link Rule#source} names its document and section. */
    public Rule rule() {
      return rule;
    }
  }

  /**
   * The application's {@link CredentialValidator} does not believe a credential (RFC 9420 section
   * 5.3.1).
   */
  public static final class CredentialRefused extends MlsException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    /** {@code reason}: a stable name of the validator's own, in kebab-case. */
    public CredentialRefused(String reason, String detail) {
      super(reason + " (RFC 9420 section 5.3.1): " + detail);
      this.reason = reason;
    }

    public String reason() {
      return reason;
    }
  }

  /**
   * The message belongs to an epoch for which this state has no keys. Both epochs are unsigned
   * 64-bit numbers.
   */
  public static final class WrongEpoch extends MlsException {
    private static final long serialVersionUID = 1L;
    private final long expected;
    private final long actual;

    public WrongEpoch(long expected, long actual) {
      super(
          "message of epoch "
              + Long.toUnsignedString(actual)
              + ", group is at "
              + Long.toUnsignedString(expected));
      this.expected = expected;
      this.actual = actual;
    }

    /** The epoch of the state. Unsigned. */
    public long expected() {
      return expected;
    }

    /** The epoch of the message. Unsigned. */
    public long actual() {
      return actual;
    }
  }

  /** The message is for another group. */
  public static final class WrongGroup extends MlsException {
    private static final long serialVersionUID = 1L;

    public WrongGroup() {
      super("message for another group");
    }
  }

  /** No key that we hold opens the ciphertext: it was altered, or it is not for us. */
  public static final class Undecryptable extends MlsException {
    private static final long serialVersionUID = 1L;

    public Undecryptable(String message) {
      super(message);
    }
  }

  /** The key of this generation was used and deleted already: a replay (RFC 9420 section 9.2). */
  public static final class KeyAlreadyUsed extends MlsException {
    private static final long serialVersionUID = 1L;

    public KeyAlreadyUsed(String message) {
      super(message);
    }
  }

  /** The generation lies further ahead than the receiver is willing to ratchet. */
  public static final class TooFarAhead extends MlsException {
    private static final long serialVersionUID = 1L;

    public TooFarAhead(String message) {
      super(message);
    }
  }

  /**
   * The public state of the group is not known: the Commit that ended {@link #lastKnownEpoch} could
   * not be seen. Go on with a GroupInfo of a later epoch, by {@link PublicGroup#resynchronize}.
   */
  public static final class TrackLost extends MlsException {
    private static final long serialVersionUID = 1L;
    private final long lastKnownEpoch;

    public TrackLost(long lastKnownEpoch) {
      super(
          "the Commit of epoch "
              + Long.toUnsignedString(lastKnownEpoch)
              + " was not seen, a GroupInfo of a later epoch is needed");
      this.lastKnownEpoch = lastKnownEpoch;
    }

    /** Unsigned. */
    public long lastKnownEpoch() {
      return lastKnownEpoch;
    }
  }

  /**
   * Proposals are pending: a Commit must come before the next application message (RFC 9420 section
   * 12.4).
   */
  public static final class CommitDue extends MlsException {
    private static final long serialVersionUID = 1L;

    public CommitDue() {
      super("proposals are pending, a Commit must come first (RFC 9420 section 12.4)");
    }
  }
}
