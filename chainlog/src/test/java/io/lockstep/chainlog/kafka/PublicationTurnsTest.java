package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublicationTurnsTest {
  private static final int PARTITIONS = 4;
  private static final Duration EVERY = Duration.ofMillis(100);

  /** Near the end of the clock's numbers, which go on with the smallest. */
  private static final long START = Long.MAX_VALUE - EVERY.toNanos();

  private final PublicationTurns turns = new PublicationTurns(PARTITIONS, EVERY, START);

  private List<Integer> due(long millis) {
    List<Integer> due = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      if (turns.isDue(p, START + Duration.ofMillis(millis).toNanos())) {
        due.add(p);
      }
    }
    return due;
  }

  @Test
  void eachHasATurnOfItsOwnInEachInterval() {
    for (long interval : List.of(0L, 100L, 200L, 300L)) {
      assertEquals(List.of(), due(interval + 24));
      assertEquals(List.of(0), due(interval + 25));
      assertEquals(List.of(), due(interval + 49));
      assertEquals(List.of(1), due(interval + 55));
      assertEquals(List.of(2), due(interval + 75));
      assertEquals(List.of(3), due(interval + 100));
    }
  }

  @Test
  void whoeverWasLateHasOneTurnAndThenItsOwnAgain() {
    assertEquals(List.of(0, 1, 2, 3), due(1030));
    assertEquals(List.of(), due(1049));
    assertEquals(List.of(1), due(1050));
    assertEquals(
        List.of(2, 3, 0),
        List.of(due(1075).getFirst(), due(1100).getFirst(), due(1125).getFirst()));
  }
}
