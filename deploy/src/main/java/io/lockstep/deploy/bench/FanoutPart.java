package io.lockstep.deploy.bench;

import java.util.Locale;

/** Parts of {@code bench fanout}; each can be run alone. */
enum FanoutPart {
  /** Many streams on each of few connections. */
  SHARED,
  /** One stream on each of many connections. */
  SEPARATE,
  /** Readers that have stopped reading, among others that go on. */
  STALLED,
  /** One stream on each of many connections, over TLS. */
  TLS,
  /** One stream on each of very many connections, over three gateways. */
  TOTAL,
  /** All clients come back at once and have missed something. */
  STORM,
  /** A Commit every second, after which every client shows its pass. */
  RENEWAL,
  /** From a submission to the last receipt, with Kafka and a sequencer. */
  END_TO_END;

  /** As it is written on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
