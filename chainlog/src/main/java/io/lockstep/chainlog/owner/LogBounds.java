package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainPosition;

/**
 * What a partition of the log has.
 *
 * @param begin offset of its first record; above 0 when records were removed by retention
 * @param end offset of the record that comes next
 */
public record LogBounds(long begin, long end) {
  /**
   * True when all that comes after the position is there. Its own record may be the last one that
   * was removed.
   */
  public boolean continues(ChainPosition position) {
    return position.logOffset() + 1 >= begin && position.logOffset() < end;
  }
}
