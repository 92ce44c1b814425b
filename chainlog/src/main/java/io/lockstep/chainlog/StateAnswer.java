package io.lockstep.chainlog;

import java.util.Optional;

/**
 * The confirmed state of one stream.
 *
 * @param state empty when there is no such stream
 * @param foldedTo everything in the log partition up to this offset is folded into the answer; -1
 *     for nothing yet
 */
public record StateAnswer<S>(Optional<S> state, long foldedTo) {}
