package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long the entries of a log are kept, which is up to Kafka's own retention of the log topic:
 * what this says is what the topic is made with, and operators may set it anew later.
 *
 * @param time entries older than this go; empty for no limit
 * @param bytes the oldest entries of a partition go when it is larger than this; empty for no limit
 */
public record LogRetention(Optional<Duration> time, OptionalLong bytes) {
  /**
   * Least time that entries are kept. Longer than anything that is remembered by log time (24
   * hours), and than it takes until the next checkpoint, so that an owner without a disk finds a
   * place to begin.
   */
  public static final Duration TIME_MIN = Duration.ofDays(2);

  /** Least size of a partition that is kept. */
  public static final long BYTES_MIN = 64L << 20;

  /** Submissions that are answered may go after this time, and not before. */
  public static final Duration SUBMISSIONS_TIME_MIN = Duration.ofDays(7);

  /** Everything is kept. */
  public static final LogRetention UNLIMITED =
      new LogRetention(Optional.empty(), OptionalLong.empty());

  public LogRetention {
    if (time.isPresent() && time.get().compareTo(TIME_MIN) < 0) {
      throw new IllegalArgumentException(
          "a log is kept for at least " + TIME_MIN.toHours() + " hours: " + time.get().toHours());
    }
    if (bytes.isPresent() && bytes.getAsLong() < BYTES_MIN) {
      throw new IllegalArgumentException(
          "at least " + BYTES_MIN + " bytes of a partition are kept: " + bytes.getAsLong());
    }
  }
}
