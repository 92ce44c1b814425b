/**
 * Lockstep on a real Kafka cluster, all of it in containers, and everything that can go wrong with
 * it. May know deployment, never the inside of a service.
 */
package io.lockstep.deploy.cluster;
