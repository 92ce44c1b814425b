/**
 * The TLS presentation language of RFC 9420 section 2.1, and nothing about MLS itself. Reading
 * never allocates more than the input holds.
 */
package io.lockstep.mls.codec;
