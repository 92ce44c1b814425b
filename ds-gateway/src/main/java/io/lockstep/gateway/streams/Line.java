package io.lockstep.gateway.streams;

/**
 * A connection, which may carry the sinks of many clients. What one pass hands to them goes out
 * together.
 */
@FunctionalInterface
public interface Line {
  /** All that was handed to the sinks on this connection may go out now. */
  void flush();
}
