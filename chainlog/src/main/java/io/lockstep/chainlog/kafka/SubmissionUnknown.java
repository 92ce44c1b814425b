package io.lockstep.chainlog.kafka;

/**
 * The outcome is not known: the submission may be answered later, or never have been written. Ask
 * again with the same id.
 */
public final class SubmissionUnknown extends Exception {
  private static final long serialVersionUID = 1L;

  SubmissionUnknown(String message, Throwable cause) {
    super(message, cause);
  }
}
