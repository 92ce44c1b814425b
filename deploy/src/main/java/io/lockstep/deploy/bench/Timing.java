package io.lockstep.deploy.bench;

/**
 * Medians over rounds, in nanoseconds: of the time on the wall, and of processor time, which
 * another load on the machine disturbs less.
 */
record Timing(double wall, double cpu) {}
