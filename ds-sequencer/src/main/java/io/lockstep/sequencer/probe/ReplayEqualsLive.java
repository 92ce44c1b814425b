package io.lockstep.sequencer.probe;

import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.laws.PureFold;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.Arrays;
import java.util.Optional;

/**
 * Folding the submissions again, elsewhere ({@link PureFold}), gives the same bytes. Must be shown
 * a partition from its beginning.
 */
public final class ReplayEqualsLive implements Law {
  private final Replay<?> replay;

  public <S> ReplayEqualsLive(Fold<S, StreamCommand, StreamEntry> fold) {
    this.replay = new Replay<>(fold, new PureFold<>(fold, 0, 1));
  }

  private record Replay<S>(
      Fold<S, StreamCommand, StreamEntry> fold, PureFold<S, StreamCommand, StreamEntry> pure) {
    boolean isSame(Observation seen) {
      StreamEntry again =
          pure.answer(fold.commandKey(seen.command()), Optional.of(seen.command()), seen.at());
      return Arrays.equals(fold.entries().encode(again), fold.entries().encode(seen.entry()));
    }
  }

  @Override
  public void observe(Observation seen) {
    LawBroken.unless(replay.isSame(seen), this, seen, "replay gives another entry");
  }
}
