package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Partitions;

/**
 * How the four topics of a log are to be.
 *
 * @param partitions of each of them, fixed for ever
 * @param replication number of copies
 * @param maxRecordBytes largest submission. Entries may be larger by {@link #ENTRY_OVERHEAD_BYTES}
 * @param retention what the log topic is made with; another one that is allowed is none of our
 *     business
 */
public record LogTopicSpec(
    int partitions, int replication, int maxRecordBytes, LogRetention retention) {
  /** What an entry may add to the submission that it answers, with the chain's own fields. */
  public static final int ENTRY_OVERHEAD_BYTES = 64 * 1024;

  private static final int MAX_RECORD_BYTES_MAX = 64 << 20;

  public LogTopicSpec {
    if (partitions < 1 || partitions > Partitions.PARTITIONS_MAX) {
      throw new IllegalArgumentException(
          "partitions must be 1 to " + Partitions.PARTITIONS_MAX + ": " + partitions);
    }
    if (replication < 1) {
      throw new IllegalArgumentException("replication must be at least 1: " + replication);
    }
    if (maxRecordBytes < 1024 || maxRecordBytes > MAX_RECORD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "maxRecordBytes must be 1024 to " + MAX_RECORD_BYTES_MAX + ": " + maxRecordBytes);
    }
  }

  /** With a log that is kept for ever, until an operator says otherwise. */
  public LogTopicSpec(int partitions, int replication, int maxRecordBytes) {
    this(partitions, replication, maxRecordBytes, LogRetention.UNLIMITED);
  }

  public LogTopicSpec withRetention(LogRetention other) {
    return new LogTopicSpec(partitions, replication, maxRecordBytes, other);
  }

  /** For everything in one process: 8 partitions, one copy, records up to 1 MiB. */
  public static LogTopicSpec embedded() {
    return new LogTopicSpec(8, 1, 1 << 20);
  }

  /**
   * So many copies must have a record before it is acknowledged: a majority, so that the loss of a
   * minority of the brokers loses no acknowledged record.
   */
  int minInSync() {
    return replication / 2 + 1;
  }

  int logRecordBytes() {
    return maxRecordBytes + ENTRY_OVERHEAD_BYTES;
  }
}
