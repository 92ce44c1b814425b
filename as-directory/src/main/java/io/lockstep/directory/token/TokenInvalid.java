package io.lockstep.directory.token;

/** The text is no client token of this service, or it is one no longer. */
public final class TokenInvalid extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong with it. */
  public enum Cause {
    INVALID,
    EXPIRED
  }

  private final Cause kind;

  TokenInvalid(Cause kind) {
    super("token " + kind);
    this.kind = kind;
  }

  public Cause kind() {
    return kind;
  }
}
