package io.lockstep.deploy.bench;

import io.netty.channel.Channel;

/** What the load client speaks with one kind of server. */
@FunctionalInterface
interface LoadProtocol {
  /** Puts the handlers of a new connection into its channel. */
  CountingConnection begin(Channel channel, Start start, LoadEvents events);

  /**
   * Where the streams of a connection begin.
   *
   * @param after newest sequence number that they have
   * @param missed messages that have come since
   */
  record Start(long after, int missed) {}
}
