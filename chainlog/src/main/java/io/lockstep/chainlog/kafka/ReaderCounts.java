package io.lockstep.chainlog.kafka;

/**
 * What a reader has seen since it started.
 *
 * @param accepted records that are part of the log
 * @param skipped records that are not
 * @param undecodable accepted entries that could not be decoded and were not delivered: this
 *     release is too old
 * @param stuck times that a partition could not be followed any more
 */
public record ReaderCounts(long accepted, long skipped, long undecodable, long stuck) {}
