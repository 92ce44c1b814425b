/**
 * The ratchet tree of RFC 9420 section 7 and TreeKEM on it, as immutable values. Knows no messages,
 * no epochs and no policy.
 */
package io.lockstep.mls.tree;
