/**
 * Messaging Layer Security (RFC 9420) as immutable values: what an application sees. No I/O, no
 * clock, no source of randomness of its own, no mutable statics.
 */
package io.lockstep.mls;
