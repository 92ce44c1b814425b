/**
 * The gateway: the edge where clients connect. It keeps nothing that must not be lost, so it may be
 * killed at any time, and imports no other service: the records and calls in proto are the
 * contract.
 */
package io.lockstep.gateway;
