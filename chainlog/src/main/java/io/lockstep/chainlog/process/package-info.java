/**
 * Further JVMs on this machine, for tests and benchmarks; a service starts none. Nothing of Kafka
 * and nothing of the log.
 */
package io.lockstep.chainlog.process;
