/**
 * The laws of ordering as checkers, for tests, for simulation and for a probe that watches a live
 * log. They judge what they are shown and use nothing of the law's own code except where they say
 * so.
 */
package io.lockstep.sequencer.probe;
