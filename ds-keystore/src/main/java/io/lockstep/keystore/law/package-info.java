/**
 * The law of key packages: a pure fold. No clock, randomness, cryptography or I/O; packages have
 * been verified by the edge before a command is made.
 */
package io.lockstep.keystore.law;
