package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainFollower;

/**
 * Is told what a {@link FoldService} does, for metrics. Called on its threads, some of it under a
 * partition's lock: it must be quick, must not block and must not throw. It is never told a
 * stream's key or anything of a payload. Durations are in nanoseconds.
 */
public interface FoldMeter {
  /** Measures nothing. */
  FoldMeter NONE = new FoldMeter() {};

  /**
   * Submissions were read and, by an owner, decided.
   *
   * @param nanos for all of them
   */
  default void submissionsRead(int partition, int count, long nanos) {}

  /** Records were handed to Kafka for the log. */
  default void written(int partition, int count) {}

  /**
   * A record came back from the log and is part of it; told only by who may write the partition, so
   * that a cluster counts it once, but for the moments in which two may.
   *
   * @param kind as the record's header says: a stranger's record may say anything. Empty for none
   */
  default void accepted(int partition, String kind) {}

  /** A record of the log is not part of it; told by who may write the partition. */
  default void skipped(int partition, ChainFollower.Skip why) {}

  /** A batch of the log was folded and stored. */
  default void folded(int partition, int records, long nanos) {}

  /** What was written is not trusted any more, and the log is folded to its end again. */
  default void refolded(int partition) {}

  /** The partition could not be followed and is restored. */
  default void stuck(int partition) {}

  /** This process gives the partition up for good. */
  default void halted(int partition) {}

  /** The partition is restored and folded to the log's end. */
  default void restored(int partition, long nanos) {}

  /**
   * A standby has begun to write and the log moves again.
   *
   * @param nanos since the log stood still with a submission waiting
   */
  default void tookOver(int partition, long nanos) {}

  /**
   * Submissions that have no entry yet; told every second by who may write the partition.
   *
   * @param records how many
   * @param millis age of the oldest one; 0 when there is none
   */
  default void lag(int partition, long records, long millis) {}

  /** This process writes the partition no more: its lag is another's to tell. */
  default void lagUnknown(int partition) {}
}
