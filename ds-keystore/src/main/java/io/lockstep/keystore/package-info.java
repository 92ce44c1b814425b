/**
 * The key store: initial key material of clients that may be offline (RFC 9420, 10). It holds
 * public keys only, and does not store who claims.
 */
package io.lockstep.keystore;
