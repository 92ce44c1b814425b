/**
 * The services over gRPC (Netty): channels, TLS, deadlines, flow control. Decides nothing about
 * repetition.
 */
package io.lockstep.client.grpc;
