package io.lockstep.chainlog.simulation;

/** What goes wrong in a simulated world. */
public enum Fault {
  /** An owner loses everything but its store, anywhere between two of its effects. */
  CRASH,
  /** With its store as well. */
  STORE_LOST,
  /** An owner does nothing for some time, and wakes up with what it had in its hands. */
  PAUSE,
  /** Records of an owner that crashed or was paused arrive much later. */
  LATE,
  /** Records never arrive; the owner hears of it later, and what it sent behind them arrives. */
  LOST_RECORDS,
  /** Records arrive, but the owner hears that they were lost. */
  LOST_ACKNOWLEDGEMENT,
  /** A record arrives once more. */
  COPY,
  /** Bytes that nobody can read. */
  GARBAGE,
  /** A standby begins to write beside the owner, or an owner stops. */
  TURN,
  /** A reader begins again, from the beginning or from where an owner has stored. */
  READER_RESTART
}
