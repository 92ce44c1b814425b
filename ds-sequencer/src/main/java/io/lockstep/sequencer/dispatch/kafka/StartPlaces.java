package io.lockstep.sequencer.dispatch.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogStart;
import java.util.Optional;

/** Where a partition of the log can be followed from. Blocks; fails when Kafka does not answer. */
interface StartPlaces {
  /** Empty when the log has lost entries after the position to retention. */
  Optional<LogStart> after(int partition, ChainPosition position);

  /** The oldest place that the log still has. */
  LogStart oldest(int partition);
}
