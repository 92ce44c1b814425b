/**
 * What members ask of a group: proposals, commits and their parts (RFC 9420 section 12). Structure
 * and encoding only; whether they are allowed is decided elsewhere.
 */
package io.lockstep.mls.message;
