package io.lockstep.sequencer.probe;

import io.lockstep.chainlog.Fold;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.FoldedStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folding the submissions again, elsewhere, gives the same bytes. Must be shown a partition from
 * its beginning.
 */
public final class ReplayEqualsLive implements Law {
  private final Fold<FoldedStream, StreamCommand, StreamEntry> fold;
  private final Map<String, FoldedStream> states = new HashMap<>();

  public ReplayEqualsLive(Fold<FoldedStream, StreamCommand, StreamEntry> fold) {
    this.fold = fold;
  }

  @Override
  public void observe(Observation seen) {
    String stream = fold.commandKey(seen.command());
    Optional<FoldedStream> before = Optional.ofNullable(states.get(stream));
    StreamEntry again = fold.decide(before, seen.command(), seen.at());
    LawBroken.unless(
        Arrays.equals(fold.entries().encode(again), fold.entries().encode(seen.entry())),
        this,
        seen,
        "replay gives another entry");
    fold.apply(before, again).ifPresent(after -> states.put(stream, after));
  }
}
