/**
 * Message framing (RFC 9420 section 6): what is signed, MACed and encrypted, and how. Knows the
 * structures of messages but not what a proposal or Commit does to a group.
 */
package io.lockstep.mls.framing;
