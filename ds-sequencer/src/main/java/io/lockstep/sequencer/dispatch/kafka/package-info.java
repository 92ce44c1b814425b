/** The welcome dispatcher on Kafka: a consumer group on the log that writes to the submissions. */
package io.lockstep.sequencer.dispatch.kafka;
