package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainPosition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Positions of one partition that its owners have confirmed, from the watermarks topic. Of each of
 * them it holds that the states of everything up to it are in the state topic.
 *
 * @param watermark the newest one
 * @param checkpoints those that were kept, in any order
 * @param unsettledAfter states of higher log offsets may have older ones behind them in the state
 *     topic, from an owner that was replaced, and are to be published again
 */
public record KnownPositions(
    Optional<ChainPosition> watermark,
    List<ChainPosition> checkpoints,
    OptionalLong unsettledAfter) {
  public static final KnownPositions NONE =
      new KnownPositions(Optional.empty(), List.of(), OptionalLong.empty());

  private static final Comparator<ChainPosition> BY_OFFSET =
      Comparator.comparingLong(ChainPosition::logOffset);

  public KnownPositions {
    checkpoints = List.copyOf(checkpoints);
  }

  /** All of them by their place in the log. */
  public List<ChainPosition> all() {
    List<ChainPosition> all = new ArrayList<>(checkpoints);
    watermark.ifPresent(all::add);
    all.removeIf(position -> position.logOffset() < 0);
    all.sort(BY_OFFSET);
    return all;
  }

  Optional<ChainPosition> oldestIn(LogBounds log) {
    return all().stream().filter(log::continues).findFirst();
  }

  Optional<ChainPosition> newestIn(LogBounds log) {
    return all().stream().filter(log::continues).max(BY_OFFSET);
  }

  /** The newest one whose record is gone, and records after it as well. */
  Optional<ChainPosition> newestBefore(LogBounds log) {
    return all().stream().filter(p -> p.logOffset() + 1 < log.begin()).max(BY_OFFSET);
  }
}
