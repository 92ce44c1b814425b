/**
 * Leaf: the gateway's side of the chained log. Submits, reads entries, asks owners; knows neither
 * gRPC calls nor Vert.x.
 */
package io.lockstep.gateway.log;
