/**
 * Encrypted files of one client in one directory, each replaced as a whole or not at all. Knows
 * nothing of what is in them.
 */
package io.lockstep.client.state;
