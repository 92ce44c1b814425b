package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainPosition;
import java.util.Optional;

/**
 * Where a reader begins in a partition whose first records may be gone.
 *
 * <pre>
 *   removed        │ begin                                       end
 *   ───────────────┼────●──────────────●──────────────●──────────○──
 *                       checkpoint     checkpoint     watermark
 *                       "beginning"                   "watermark"
 * </pre>
 *
 * A partition that is idle for longer than the retention has no record at all; then the newest
 * position that is known is the place: either nothing has come after it, or nothing in the log fits
 * and the reader says so.
 */
public final class StartRule {
  private StartRule() {}

  /** At the newest known position; empty when the log's beginning is gone and none is known. */
  public static Optional<ChainPosition> atWatermark(LogBounds log, KnownPositions known) {
    Optional<ChainPosition> there = known.watermark().filter(log::continues);
    if (there.isPresent() || log.begin() == 0) {
      return Optional.of(there.orElse(ChainPosition.START));
    }
    return known.newestIn(log).or(() -> known.newestBefore(log));
  }

  /**
   * After a record that was followed before, or at the beginning of a log that is another one;
   * empty when records after it are gone.
   */
  public static Optional<ChainPosition> at(ChainPosition position, LogBounds log) {
    Optional<ChainPosition> there = Optional.of(position).filter(log::continues);
    return log.begin() == 0 ? Optional.of(there.orElse(ChainPosition.START)) : there;
  }

  /** At the oldest proven position; empty as above. */
  public static Optional<ChainPosition> atBeginning(LogBounds log, KnownPositions known) {
    return log.begin() == 0
        ? Optional.of(ChainPosition.START)
        : known.oldestIn(log).or(() -> known.newestBefore(log));
  }
}
