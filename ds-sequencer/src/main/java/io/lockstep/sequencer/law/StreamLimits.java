package io.lockstep.sequencer.law;

/** Every number that the law of streams rests on. All of them are part of fold version 1. */
public final class StreamLimits {
  public static final int SUBMISSION_ID_BYTES = 16;
  public static final int INBOX_ID_BYTES = 16;
  public static final int GROUP_ID_BYTES_MAX = 255;

  /** Submissions of one stream that are remembered, so that a retry gets the same outcome. */
  public static final int SEEN_MAX = 1024;

  /**
   * So many of the remembered ones may be refusals. Being refused takes no proof of membership, so
   * without this bound anybody could push the accepted ids of members out of the window.
   */
  public static final int SEEN_REJECTED_MAX = 256;

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
