package io.lockstep.chainlog.audit;

/**
 * Something that keeps a partition from being proved.
 *
 * @param words for an operator: what is wrong, and where
 */
public record Finding(Kind kind, String words) {
  /** What went wrong. */
  public enum Kind {
    /** A record answers the next submission but its link does not fit: something was changed. */
    BROKEN_CHAIN,
    /** More records than any writer may have unconfirmed are ahead of the chain. */
    STUCK,
    /** Records that must have been there are gone, from the log or from the submissions. */
    LOST_RECORDS,
    /** A submission has no entry although later ones have. */
    UNANSWERED,
    /** An owner has seen another chain than the one that stands in the log now. */
    OTHER_CHAIN
  }
}
