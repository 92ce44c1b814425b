package io.lockstep.gateway.vertx;

import io.lockstep.chainlog.vertx.ConnectionGuard;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import java.util.Optional;

/**
 * Who makes a call, as far as the call tells.
 *
 * @param authorization value of that metadata
 * @param connection names the connection among those that are open
 * @param proven to be run when the call has brought a valid token or pass; on any thread
 */
record Caller(Optional<String> authorization, String connection, Runnable proven) {
  /** The caller of a call on this connection. */
  static Caller of(Optional<String> authorization, HttpConnection connection) {
    Channel channel = ConnectionGuard.channel(connection);
    return new Caller(
        authorization,
        connection.remoteAddress().toString(),
        () -> ConnectionGuard.proven(channel));
  }
}
