/**
 * The core of a partition's owner: decides and folds, told about every event from outside. No
 * Kafka, threads or clock.
 */
package io.lockstep.chainlog.owner;
