package io.lockstep.deploy.bench;

/** Parts of {@code bench fanout}; each can be run alone. */
enum FanoutPart {
  /** Many streams on each of few connections. */
  SHARED,
  /** One stream on each of many connections. */
  SEPARATE,
  /** Readers that have stopped reading, among others that go on. */
  STALLED
}
