package io.lockstep.client;

/** How this client stands to a group. */
public enum Standing {
  /** A creation or an external Commit of ours is on its way. */
  JOINING,
  MEMBER,
  /** A Commit was missed or could not be processed: {@link LockstepClient#resync} helps. */
  OUT_OF_STEP,
  /**
   * The history that was shown contradicts itself; nothing more is read. See {@link
   * LockstepClient#resume}.
   */
  FAULTED,
  /** Removed, or left. */
  REMOVED
}
