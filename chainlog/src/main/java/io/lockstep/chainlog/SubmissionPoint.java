package io.lockstep.chainlog;

/**
 * The place of a submission in the total order, which is all that a fold may know besides the state
 * and the command.
 *
 * @param partition of the submissions topic and of the log
 * @param offset in the submissions topic; the {@code source} of the entry that answers it
 * @param timeMillis append time of the broker, milliseconds since 1970; may go back by a little
 *     when the broker changes
 * @param foldVersion version of the fold in force here
 */
public record SubmissionPoint(int partition, long offset, long timeMillis, int foldVersion) {}
