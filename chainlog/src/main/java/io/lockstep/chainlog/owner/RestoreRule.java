package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainPosition;
import java.util.Optional;
import java.util.function.Supplier;

/** From where a partition's local store is brought up to date. */
public final class RestoreRule {
  private RestoreRule() {}

  /** What to do. */
  public sealed interface Plan {}

  /** Fold on from where the store ends. */
  public record FoldOn() implements Plan {}

  /** Drop the store, load the state topic, and fold from this position. */
  public record Load(ChainPosition from) implements Plan {}

  /**
   * The store is good as long as the log continues it. Without one, folding begins at the oldest
   * position that the log still has, so that histories reach as far back as the log does.
   *
   * <p>If the log has nothing that continues a known position, either nothing was written since the
   * newest one, or what was written is gone. In the second case the submissions that it answered
   * are answered again, with the same bytes, provided that they are still there, which is checked
   * when they are read.
   *
   * @param stored position of the local store
   * @param known looked up only when it is needed
   * @throws PartitionHalted when there is no position to begin from
   */
  public static Plan plan(
      String partition,
      LogBounds log,
      Optional<ChainPosition> stored,
      Supplier<KnownPositions> known) {
    if (stored.filter(log::continues).isPresent()) {
      return new FoldOn();
    }
    if (log.begin() == 0) {
      return new Load(ChainPosition.START);
    }
    KnownPositions positions = known.get();
    Optional<ChainPosition> inLog = positions.oldestIn(log);
    if (inLog.isPresent()) {
      return new Load(inLog.get());
    }
    Optional<ChainPosition> before = positions.newestBefore(log);
    long beforeOffset = before.map(ChainPosition::logOffset).orElse(-1L);
    if (stored
        .filter(s -> s.logOffset() < log.end() && s.logOffset() >= beforeOffset)
        .isPresent()) {
      return new FoldOn();
    }
    return new Load(
        before.orElseThrow(
            () ->
                new PartitionHalted(
                    partition
                        + " begins at offset "
                        + log.begin()
                        + ", its watermarks name no position in it, and the local store has none:"
                        + " there is no place to begin from")));
  }
}
