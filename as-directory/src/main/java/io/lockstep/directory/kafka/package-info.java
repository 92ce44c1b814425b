/** The directory's log on Kafka: submits commands and reads confirmed states. */
package io.lockstep.directory.kafka;
