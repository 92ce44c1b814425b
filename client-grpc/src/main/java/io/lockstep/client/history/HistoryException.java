package io.lockstep.client.history;

/**
 * The history that is shown does not fit the history that was shown before, to this client or to
 * another member. The service, or somebody in its place, has dropped, reordered, altered or forked
 * it.
 */
public final class HistoryException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What does not fit. */
  public enum Contradiction {
    /** An entry has another chain value than its content and predecessors give. */
    CHAIN_MISMATCH,
    /** The entry after the last one was left out, and no gap was declared. */
    ENTRY_MISSING,
    /** An entry that was delivered before came again and was another. */
    ENTRY_REPLACED,
    /** A member that sent a message has seen another history before it. */
    MEMBER_SAW_OTHER_HISTORY,
    /** The service said that our message has a place, and something else stands there. */
    OWN_MESSAGE_MISSING
  }

  private final Contradiction contradiction;
  private final long sequence;

  public HistoryException(Contradiction contradiction, long sequence) {
    super(contradiction + " at sequence " + sequence);
    this.contradiction = contradiction;
    this.sequence = sequence;
  }

  public Contradiction contradiction() {
    return contradiction;
  }

  /** Where in the stream it showed. */
  public long sequence() {
    return sequence;
  }
}
