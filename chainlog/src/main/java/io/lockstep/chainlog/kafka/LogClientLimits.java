package io.lockstep.chainlog.kafka;

import java.time.Duration;

/**
 * Bounds of a {@link LogClient}.
 *
 * @param answerTimeout without an answer until then the outcome is {@link SubmissionUnknown}
 * @param pendingMax submissions that may wait for their answers
 * @param bufferBytes submissions that Kafka has not taken yet, in bytes
 * @param slowAfter when a submission of a partition has waited that long for its answer, others of
 *     it are refused at once with {@link LogUnavailable}
 */
public record LogClientLimits(
    Duration answerTimeout, int pendingMax, int bufferBytes, Duration slowAfter) {
  private static final Duration SLOW_AFTER = Duration.ofSeconds(2);

  public LogClientLimits {
    if (!answerTimeout.isPositive()
        || pendingMax < 1
        || bufferBytes < 1
        || !slowAfter.isPositive()) {
      throw new IllegalArgumentException("limits of a log client must be positive");
    }
  }

  /** A partition is slow after 2 s. */
  public LogClientLimits(Duration answerTimeout, int pendingMax, int bufferBytes) {
    this(answerTimeout, pendingMax, bufferBytes, SLOW_AFTER);
  }

  /** 10 s, 20,000 submissions, 32 MiB, 2 s. */
  public static LogClientLimits standard() {
    return new LogClientLimits(Duration.ofSeconds(10), 20_000, 32 << 20);
  }
}
