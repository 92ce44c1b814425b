/**
 * The law of group and inbox streams: which submission becomes which entry. Pure: no clock, no
 * randomness, no I/O, no Kafka, no logging; time comes with the submission.
 *
 * <p>What {@code MlsFrame} and {@code WelcomeSplit} accept is part of the law. A change of what
 * they accept is a new fold version.
 */
package io.lockstep.sequencer.law;
