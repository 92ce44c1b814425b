package io.lockstep.deploy.bench;

import java.util.Locale;

/** Parts of {@code bench order}; each can be run alone. */
enum OrderPart {
  LATENCY,
  RF3,
  DRAIN,
  TAKEOVER,
  GROUPS;

  /** As it is written on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
