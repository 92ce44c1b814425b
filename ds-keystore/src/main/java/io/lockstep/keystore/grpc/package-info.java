/** The gRPC edge of the key store, for gateways: it trusts what they say about the caller. */
package io.lockstep.keystore.grpc;
