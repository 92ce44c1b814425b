/**
 * Cipher suites and the labelled functions of RFC 9420 section 5, on stateless objects that any
 * number of threads may share. Knows nothing of groups or trees.
 */
package io.lockstep.mls.crypto;
