/**
 * The law of accounts, clients and invitations: a pure fold. No clock, randomness, cryptography or
 * I/O; signatures have been verified by the edge before a command is made.
 */
package io.lockstep.directory.law;
