/**
 * Verifies what clients publish: key packages and the X.509 chains of their credentials. Pure: time
 * is passed in.
 */
package io.lockstep.keystore.credential;
