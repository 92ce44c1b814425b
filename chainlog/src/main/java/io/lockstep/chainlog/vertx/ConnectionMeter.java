package io.lockstep.chainlog.vertx;

/**
 * Connections of clients, as numbers. Called on event loops, so it must be thread-safe and never
 * wait. It is told nothing that names a client or an address.
 */
public interface ConnectionMeter {
  /** Measures nothing. */
  ConnectionMeter NONE =
      new ConnectionMeter() {
        @Override
        public void open(int change) {}

        @Override
        public void closed(String reason) {}
      };

  /**
   * Connections that are open.
   *
   * @param change 1 or -1
   */
  void open(int change);

  /**
   * A connection that was refused, or closed by this side.
   *
   * @param reason "too_many", "too_many_from_address", "no_call", "idle", "unanswered",
   *     "too_much_held" or "control_frames"
   */
  void closed(String reason);
}
