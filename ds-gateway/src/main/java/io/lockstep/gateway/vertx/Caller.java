package io.lockstep.gateway.vertx;

import java.util.Optional;

/**
 * Who makes a call, as far as the call tells.
 *
 * @param authorization value of that metadata
 * @param connection names the connection among those that are open
 */
record Caller(Optional<String> authorization, String connection) {}
