/**
 * The client of one device: its identity, its groups and its connection, as one blocking API with a
 * stream of events. Knows no transport; that is in {@code .grpc}.
 */
package io.lockstep.client;
