package io.lockstep.gateway.streams;

import java.util.Optional;

/**
 * A checked request to attach a stream.
 *
 * @param key text key of the stream
 * @param afterSequence the newest that the client has stored
 * @param pass for a group; empty for the client's own inbox
 */
public record AttachRequest(String key, long afterSequence, Optional<Pass> pass) {
  /** A pass and the sequence number of the entry that opened its epoch. */
  public record Pass(PassHash hash, long sequence) {}
}
