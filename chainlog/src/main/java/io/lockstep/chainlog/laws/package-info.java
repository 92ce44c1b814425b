/**
 * The laws of a chained log as checkers, for property tests, for simulation and for whoever has
 * read a live log. They judge what they are shown, and use nothing of an owner's machinery.
 */
package io.lockstep.chainlog.laws;
