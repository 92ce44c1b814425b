package io.lockstep.chainlog.kafka;

/**
 * What an owner's process has done since it started.
 *
 * @param written records sent to the log
 * @param skipped log records that were not part of the chain
 * @param refolds times that written records were dropped and a partition was folded to its end
 *     again
 * @param stuck times that a partition's store was dropped since the log did not continue it
 * @param halted partitions that this process must not go on with
 * @param takeovers times that a standby began to write since the owner had stopped
 */
public record FoldCounts(
    long written, long skipped, long refolds, long stuck, long halted, long takeovers) {}
