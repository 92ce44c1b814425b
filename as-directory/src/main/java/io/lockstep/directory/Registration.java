package io.lockstep.directory;

/** Who may make an account. */
public enum Registration {
  /** Anybody. An invitation that is shown is not looked at. */
  OPEN,
  /** Who shows an invitation that nobody has used. */
  BY_INVITATION
}
