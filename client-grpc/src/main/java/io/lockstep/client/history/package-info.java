/**
 * What a client has seen of a stream, and whether what it is shown next fits. Pure: no clock, no
 * randomness, no I/O.
 */
package io.lockstep.client.history;
