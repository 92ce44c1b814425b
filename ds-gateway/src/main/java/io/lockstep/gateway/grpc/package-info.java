/** Leaf: calls to other services with grpc-java. */
package io.lockstep.gateway.grpc;
