package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CircuitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final OptionalLong NONE = OptionalLong.empty();

  private final Circuit circuit = new Circuit(Duration.ofSeconds(2), Duration.ofMillis(500));

  @Test
  void everythingIsSentWhileNothingWaitsTooLong() {
    assertTrue(circuit.admits(NONE, 0));
    assertTrue(circuit.admits(OptionalLong.of(0), SECOND));
    assertTrue(circuit.admits(OptionalLong.of(0), 2 * SECOND));
    assertFalse(circuit.isOpen());
  }

  @Test
  void whenOneWaitsTooLongOnlyAProbeIsSentNowAndThen() {
    assertTrue(circuit.admits(NONE, 0));
    long late = 2 * SECOND + 1;
    assertFalse(circuit.admits(OptionalLong.of(0), late));
    assertFalse(circuit.admits(OptionalLong.of(0), late + SECOND / 4));
    assertTrue(circuit.admits(OptionalLong.of(0), late + SECOND / 2));
    assertFalse(circuit.admits(OptionalLong.of(0), late + SECOND / 2 + 1));
    assertTrue(circuit.admits(OptionalLong.of(0), late + SECOND));
  }

  @Test
  void thatNothingWaitsAnyMoreDoesNotCloseItButAnAnswerDoes() {
    assertFalse(circuit.admits(OptionalLong.of(0), 3 * SECOND));
    assertFalse(circuit.admits(NONE, 3 * SECOND + 1), "all were given up: nobody knows more");
    circuit.answered(NONE, 3 * SECOND + 2);
    assertTrue(circuit.admits(NONE, 3 * SECOND + 3));
    assertFalse(circuit.isOpen());
  }

  @Test
  void anAnswerDoesNotCloseItWhileAnotherOneWaitsTooLong() {
    assertFalse(circuit.admits(OptionalLong.of(0), 3 * SECOND));
    circuit.answered(OptionalLong.of(SECOND / 2), 3 * SECOND + 1);
    assertFalse(circuit.admits(OptionalLong.of(SECOND / 2), 3 * SECOND + 2));
    circuit.answered(OptionalLong.of(2 * SECOND), 3 * SECOND + 3);
    assertTrue(circuit.admits(OptionalLong.of(2 * SECOND), 3 * SECOND + 4));
  }

  @Test
  void whatKafkaDoesNotTakeOpensItAtOnce() {
    circuit.notTaken(7);
    assertTrue(circuit.isOpen());
    assertFalse(circuit.admits(NONE, 8));
    assertTrue(circuit.admits(NONE, 8 + SECOND));
  }
}
