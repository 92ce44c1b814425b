package io.lockstep.chainlog.kafka;

import java.time.Duration;

/**
 * Bounds of a {@link LogClient}.
 *
 * @param answerTimeout without an answer until then the outcome is {@link SubmissionUnknown}
 * @param pendingMax submissions that may wait for their answers
 * @param bufferBytes submissions that Kafka has not taken yet, in bytes
 */
public record LogClientLimits(Duration answerTimeout, int pendingMax, int bufferBytes) {
  public LogClientLimits {
    if (answerTimeout.isNegative() || answerTimeout.isZero() || pendingMax < 1 || bufferBytes < 1) {
      throw new IllegalArgumentException("limits of a log client must be positive");
    }
  }

  /** 10 s, 20,000 submissions, 32 MiB. */
  public static LogClientLimits standard() {
    return new LogClientLimits(Duration.ofSeconds(10), 20_000, 32 << 20);
  }
}
