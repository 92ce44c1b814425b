package io.lockstep.sequencer.dispatch.kafka;

/**
 * What a dispatcher has done since it started.
 *
 * @param commits accepted Commits that invite somebody
 * @param invitations inbox items handed in, retries included
 * @param failures attempts that were given up and begun anew
 * @param stuck times that a partition's log was not the one it had been, and was followed again
 *     from its beginning
 * @param undeliverable invitations that are larger than a record may be
 */
public record DispatcherCounts(
    long commits, long invitations, long failures, long stuck, long undeliverable) {}
