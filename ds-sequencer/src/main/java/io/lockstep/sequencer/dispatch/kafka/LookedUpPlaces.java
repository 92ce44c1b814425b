package io.lockstep.sequencer.dispatch.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.kafka.PositionGone;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.chainlog.kafka.StartLookup;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks Kafka and the watermarks. */
record LookedUpPlaces(StartLookup lookup) implements StartPlaces {
  private static final long ANSWER_SECONDS_MAX = 20;

  @Override
  public Optional<LogStart> after(int partition, ChainPosition position) {
    try {
      return Optional.of(find(partition, new StartAt.Position(position)));
    } catch (PositionGone e) {
      return Optional.empty();
    }
  }

  @Override
  public LogStart oldest(int partition) {
    return find(partition, new StartAt.Beginning());
  }

  private LogStart find(int partition, StartAt at) {
    try {
      return lookup.find(partition, at).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PositionGone gone) {
        throw gone;
      }
      throw new IllegalStateException("no place to begin in partition " + partition, e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("no place to begin in partition " + partition, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
