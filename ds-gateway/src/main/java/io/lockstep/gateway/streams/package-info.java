/**
 * Fan-out: from the log's entries to the streams of connected clients, in order and without a hole.
 * Everything of one event loop is one {@link io.lockstep.gateway.streams.Fanout}, used by one
 * thread; no Kafka, gRPC or Vert.x type, clock or I/O here.
 */
package io.lockstep.gateway.streams;
