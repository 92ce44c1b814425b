/**
 * The chained log over Kafka: topics, owners, readers, submitters, and a broker in this process.
 * The only place with Kafka types.
 */
package io.lockstep.chainlog.kafka;
