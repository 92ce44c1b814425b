/**
 * The gRPC edge of the Authentication Service: protobuf in, protobuf or a status of the table out.
 */
package io.lockstep.directory.grpc;
