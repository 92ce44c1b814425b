package io.lockstep.deploy.bench;

/** Parts of {@code bench order}; each can be run alone. */
enum OrderPart {
  LATENCY,
  RF3,
  DRAIN,
  TAKEOVER,
  GROUPS
}
