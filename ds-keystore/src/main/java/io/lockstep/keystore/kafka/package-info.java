/** The key store's log on Kafka: submits commands, reads confirmed states and histories. */
package io.lockstep.keystore.kafka;
