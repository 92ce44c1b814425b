package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;

/** Where a reader begins in a partition. */
public sealed interface StartAt {
  /** At the newest watermark: a moment ago, and the chain's head there is taken on trust. */
  record Watermark() implements StartAt {}

  /**
   * At the first record, so that every link is verified. Where that is gone, at the oldest position
   * that the log still has and an owner has confirmed.
   */
  record Beginning() implements StartAt {}

  /** After a record that was followed before. Refused when records after it are gone. */
  record Position(ChainPosition position) implements StartAt {}
}
