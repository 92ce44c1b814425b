package io.lockstep.gateway.admission;

/** Sizes that the API promises (delivery.proto), in bytes unless said otherwise. */
public final class SubmitLimits {
  public static final int SUBMISSION_ID = 16;
  public static final int GROUP_ID_MAX = 255;
  public static final int INBOX_ID = 16;
  public static final int HASH = 32;

  /** MLSMessage with a Proposal, an application message or a Commit, and each GroupInfo. */
  public static final int MESSAGE_MAX = 1 << 20;

  /** A Commit with all that takes effect together with it. */
  public static final int COMMIT_BUNDLE_MAX = 3 << 20;

  /** Frames of one Send; as many as there may be streams on a call. */
  public static final int FRAMES_MAX = 1_000;

  /** Number of epochs. */
  public static final int PAST_EPOCHS_MAX = 64;

  /** Bytes of a KeyPackageRef; the largest hash of any cipher suite. */
  public static final int KEY_PACKAGE_REF_MAX = 64;

  /** A whole request as it comes in: a bundle and the fields around it. */
  public static final int REQUEST_MAX = COMMIT_BUNDLE_MAX + (256 << 10);

  private SubmitLimits() {}
}
