/** Issues the X.509 certificates that clients use as MLS credentials (RFC 9420, 5.3). */
package io.lockstep.directory.credential;
