/**
 * What owners answer to other services over gRPC, and how those ask; and what the services share
 * where they listen: files for TLS, origins of pages. The only place with gRPC types.
 */
package io.lockstep.chainlog.grpc;
