package io.lockstep.gateway.streams;

/**
 * An entry that opens an epoch: the creation (epoch 0) or a Commit, which ends the epoch before.
 *
 * @param epoch that it opens; unsigned
 * @param pass hash of that epoch's pass
 * @param sequence of the entry
 */
public record Opening(long epoch, PassHash pass, long sequence) {}
