package io.lockstep.sequencer.law;

/** Every number that the law of streams rests on. All of them are part of fold version 1. */
public final class StreamLimits {
  public static final int SUBMISSION_ID_BYTES = 16;
  public static final int INBOX_ID_BYTES = 16;
  public static final int GROUP_ID_BYTES_MAX = 255;

  /**
   * Accepted submissions of one stream that are remembered, so that a retry gets the same outcome.
   */
  public static final int SEEN_ACCEPTED_MAX = 1024;

  /**
   * Refused submissions that are remembered. They have a count of their own: being refused takes no
   * proof of membership, so anybody could push the accepted ids of members out of a common one.
   */
  public static final int SEEN_REFUSED_MAX = 256;

  /** Age in log time up to which a submission is remembered. */
  public static final long SEEN_AGE_MAX_MILLIS = 24 * 60 * 60 * 1000L;

  /** Past epochs for application messages when the group's settings say 0. */
  public static final int PAST_EPOCHS_DEFAULT = 8;

  public static final int PAST_EPOCHS_MAX = 64;

  /**
   * So long after a Commit the epoch that it ended still takes application messages; after that,
   * whoever the Commit removed can submit nothing.
   */
  public static final long PAST_EPOCH_GRACE_MILLIS = 60_000;

  private StreamLimits() {}
}
