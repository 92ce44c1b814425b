/** What a gateway measures, without saying with what. */
package io.lockstep.gateway.meter;
