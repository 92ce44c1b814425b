package io.lockstep.gateway.meter;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.vertx.ConnectionMeter;

/**
 * What happens in a gateway, as numbers. Called on event loops and other threads, so it must be
 * thread-safe and never wait. It is told nothing that names a client, a group or an address.
 */
public interface GatewayMeter extends ConnectionMeter {
  /** Measures nothing. */
  GatewayMeter NONE =
      new GatewayMeter() {
        @Override
        public void open(int change) {}

        @Override
        public void closed(String reason) {}

        @Override
        public void connected(int change) {}

        @Override
        public void attached(int change) {}

        @Override
        public void slow(int change) {}

        @Override
        public void withoutCredit(int change) {}

        @Override
        public void detached(Reason reason) {}

        @Override
        public void written(long nanos) {}

        @Override
        public void delivered(int entries, long bytes) {}

        @Override
        public void historyRead() {}

        @Override
        public void submitted(String outcome, long nanos) {}
      };

  /**
   * Connect calls.
   *
   * @param change 1 or -1
   */
  void connected(int change);

  /**
   * Streams that are attached, of all clients.
   *
   * @param change 1 or -1
   */
  void attached(int change);

  /**
   * Clients that do not take what is there for them: their connection has no room.
   *
   * @param change 1 or -1
   */
  void slow(int change);

  /**
   * Streams that wait until their client has acknowledged some of what it was given.
   *
   * @param change 1 or -1
   */
  void withoutCredit(int change);

  /** A stream that the gateway has ended, or has not attached, and why. */
  void detached(Reason reason);

  /**
   * An entry was written to all connections of an event loop that could take it.
   *
   * @param nanos since it was read from the log
   */
  void written(long nanos);

  /** Entries that were handed to the connections of clients, and their bytes in all. */
  void delivered(int entries, long bytes);

  /** A page of history that an owner was asked for; it serves all who wait for the same range. */
  void historyRead();

  /**
   * A submission that was answered.
   *
   * @param outcome "sequenced", "duplicate", "wrong_epoch", or the reason for an error in lower
   *     case
   * @param nanos since the request was read
   */
  void submitted(String outcome, long nanos);
}
