/**
 * The Authentication Service: who is a user, which clients a user has, and with what credential and
 * token they show it. It never sees a client's private key.
 */
package io.lockstep.directory;
