/**
 * Leaf: gRPC on Vert.x. Calls, frames, statuses, TLS; every decision is made in the other packages.
 *
 * <p>Handlers are registered with the method descriptors of the generated grpc-java stubs, but take
 * requests through the Vert.x API and not through {@code GrpcIoServiceBridge}: at 5.0.7 the bridge
 * drops an oversized message without a word, loses a call whose message cannot be parsed, and
 * encodes a delivery once for each subscriber.
 */
package io.lockstep.gateway.vertx;
