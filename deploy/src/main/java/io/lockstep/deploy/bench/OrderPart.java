package io.lockstep.deploy.bench;

/** Parts of {@code bench order}; each can be run alone. */
enum OrderPart {
  LATENCY,
  DRAIN,
  TAKEOVER,
  GROUPS
}
