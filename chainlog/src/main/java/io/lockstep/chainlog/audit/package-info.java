/**
 * Proves a log after the fact with nothing but SHA-256 and the reader's rule. Knows no fold and no
 * Kafka: it is shown records and says what they prove.
 */
package io.lockstep.chainlog.audit;
