/**
 * A world in which owners of one partition run the real fold while everything goes wrong around
 * them, all of it from one seed. For tests, and for nights. No Kafka, no threads, no clock.
 */
package io.lockstep.chainlog.simulation;
