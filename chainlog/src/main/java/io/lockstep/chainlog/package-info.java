/**
 * The chained log: what a fold is, the chain and the reader's rule, and the core of a partition's
 * owner. No Kafka, threads, clock or randomness here; those are in the leaf packages.
 */
package io.lockstep.chainlog;
