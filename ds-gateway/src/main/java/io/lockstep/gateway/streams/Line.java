package io.lockstep.gateway.streams;

/**
 * A connection, which may carry the sinks of many clients. What one pass hands to them goes out
 * together.
 */
@FunctionalInterface
public interface Line<F> {
  /** All that was handed to the sinks on this connection may go out now. */
  void flush();

  /** So many frames, of about the same size, are now handed over one after the other. */
  default void expect(int frames) {}

  /**
   * Hands one frame to many sinks at once: to each that is {@link Sink#ready ready}.
   *
   * @param places {@link Sink#place} of each
   * @param count how many of the places are meant
   * @param refused told the index of each that was not given the frame, from the last one to the
   *     first
   */
  default void deliver(F frame, int[] places, int count, Refused refused) {
    for (int i = count - 1; i >= 0; i--) {
      refused.at(i);
    }
  }

  /** Hears which sinks were not given a frame. */
  @FunctionalInterface
  interface Refused {
    void at(int index);
  }
}
