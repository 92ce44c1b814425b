/** Client tokens of the Authentication Service: verified here, never made. */
package io.lockstep.gateway.token;
