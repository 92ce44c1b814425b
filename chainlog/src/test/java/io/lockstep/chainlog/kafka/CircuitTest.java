package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.kafka.Circuit.Verdict;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CircuitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long PAUSE = SECOND / 2;
  private static final OptionalLong NONE = OptionalLong.empty();

  private final Circuit circuit = new Circuit(Duration.ofSeconds(2), Duration.ofNanos(PAUSE));

  private Verdict ask(OptionalLong oldest, long now) {
    return circuit.ask(oldest, now);
  }

  @Test
  void everythingIsSentWhileNothingWaitsTooLong() {
    assertEquals(Verdict.SEND, ask(NONE, 0));
    assertEquals(Verdict.SEND, ask(OptionalLong.of(0), SECOND));
    assertEquals(Verdict.SEND, ask(OptionalLong.of(0), 2 * SECOND - 1));
    assertFalse(circuit.isOpen());
  }

  @Test
  void whenOneWaitsTooLongThereIsOneProbeAtATimeAndLongerPausesBetween() {
    long now = 2 * SECOND;
    assertEquals(Verdict.REFUSE, ask(OptionalLong.of(0), now));
    assertEquals(Verdict.REFUSE, ask(OptionalLong.of(0), now + PAUSE - 1));
    now += PAUSE;
    for (long pause : new long[] {2 * PAUSE, 4 * PAUSE, 4 * PAUSE}) {
      assertEquals(Verdict.PROBE, ask(NONE, now));
      assertEquals(Verdict.REFUSE, ask(NONE, now + 100 * PAUSE), "one at a time");
      circuit.probeFailed(now);
      assertEquals(Verdict.REFUSE, ask(NONE, now + pause - 1));
      now += pause;
    }
  }

  @Test
  void thatNothingWaitsAnyMoreDoesNotCloseItButAnAnswerDoes() {
    circuit.givenUp(0, 3 * SECOND);
    assertEquals(Verdict.REFUSE, ask(NONE, 3 * SECOND + 1), "nobody knows more");
    circuit.answered(NONE, 3 * SECOND + 2);
    assertEquals(Verdict.SEND, ask(NONE, 3 * SECOND + 3));
  }

  @Test
  void anAnswerDoesNotCloseItWhileAnotherOneWaitsTooLong() {
    assertEquals(Verdict.REFUSE, ask(OptionalLong.of(0), 3 * SECOND));
    circuit.answered(OptionalLong.of(SECOND / 2), 3 * SECOND + 1);
    assertEquals(Verdict.REFUSE, ask(OptionalLong.of(SECOND / 2), 3 * SECOND + 2));
    circuit.answered(OptionalLong.of(2 * SECOND), 3 * SECOND + 3);
    assertEquals(Verdict.SEND, ask(OptionalLong.of(2 * SECOND), 3 * SECOND + 4));
  }

  @Test
  void whatIsGivenUpEarlyOpensNothing() {
    circuit.givenUp(0, SECOND);
    assertFalse(circuit.isOpen());
  }

  @Test
  void whatKafkaDoesNotTakeOpensItAtOnceAndAnEntryOfAnybodyAllowsAProbe() {
    circuit.notTaken(7);
    assertTrue(circuit.isOpen());
    assertEquals(Verdict.REFUSE, ask(NONE, 8));
    circuit.signOfLife(9);
    assertEquals(Verdict.PROBE, ask(NONE, 10));
  }
}
