package io.lockstep.client.state;

/** The directory with a client's state cannot be used. Nothing in it has been changed. */
public abstract sealed class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StateException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The passphrase or key does not open this directory. */
  public static final class WrongKey extends StateException {
    private static final long serialVersionUID = 1L;

    public WrongKey() {
      super("the passphrase or key does not open this state directory", null);
    }
  }

  /** A file is not what this client wrote: altered, cut short, or taken from another place. */
  public static final class Damaged extends StateException {
    private static final long serialVersionUID = 1L;

    public Damaged(String what, Throwable cause) {
      super("state file is damaged: " + what, cause);
    }
  }

  /** A file of a newer version of this client, or of another program. */
  public static final class UnknownFormat extends StateException {
    private static final long serialVersionUID = 1L;

    public UnknownFormat(String what) {
      super("state file of an unknown format: " + what, null);
    }
  }

  /** Another process has the directory open. */
  public static final class InUse extends StateException {
    private static final long serialVersionUID = 1L;

    public InUse() {
      super("another client uses this state directory", null);
    }
  }

  /** The file system refused. */
  public static final class Unwritable extends StateException {
    private static final long serialVersionUID = 1L;

    public Unwritable(Throwable cause) {
      super("state directory cannot be read or written: " + cause.getMessage(), cause);
    }
  }
}
