/**
 * Secrets of an epoch (RFC 9420 sections 8 and 9): key schedule, transcript hashes, PSKs and the
 * secret tree. Knows neither messages nor the ratchet tree.
 */
package io.lockstep.mls.schedule;
