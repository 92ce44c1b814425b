package io.lockstep.gateway.streams;

import java.util.Optional;

/**
 * One sequenced entry of a stream.
 *
 * @param opens set for a creation and for a Commit
 * @param bytes that it holds in memory
 * @param frame what goes to the client, made once for all subscribers
 */
public record FeedItem<F>(long sequence, Optional<Opening> opens, int bytes, F frame) {}
