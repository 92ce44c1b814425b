/**
 * What owners answer to other services over gRPC, and how those ask. The only place with gRPC
 * types.
 */
package io.lockstep.chainlog.grpc;
