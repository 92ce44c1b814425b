package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TakeoverRuleTest {
  private static final long MILLI = 1_000_000;

  private final TakeoverRule rule = new TakeoverRule(Duration.ofMillis(200));

  @Test
  void aLogThatStandsStillWithNothingToAnswerIsInOrder() {
    rule.logMoved(0);
    rule.waits(false, 0);
    assertFalse(rule.isDue(10_000 * MILLI));
  }

  @Test
  void theTimeRunsFromTheFirstSubmissionThatWaits() {
    rule.logMoved(0);
    rule.waits(true, 5_000 * MILLI);
    rule.waits(true, 5_100 * MILLI);
    assertFalse(rule.isDue(5_199 * MILLI));
    assertTrue(rule.isDue(5_200 * MILLI));
  }

  @Test
  void anOwnerWithABacklogIsNotHelpedAsLongAsTheLogMoves() {
    rule.waits(true, 0);
    for (long now = 0; now < 5_000 * MILLI; now += 150 * MILLI) {
      assertFalse(rule.isDue(now));
      rule.logMoved(now);
      rule.waits(true, now);
    }
  }

  private void assertDueAfter(long millis, long from) {
    rule.waits(false, from * MILLI);
    rule.waits(true, from * MILLI);
    assertFalse(rule.isDue((from + millis - 1) * MILLI));
    assertTrue(rule.isDue((from + millis) * MILLI));
  }

  @Test
  void whoeverWasMistakenWaitsLongerUntilThatIsForgiven() {
    assertDueAfter(200, 0);
    long forgiven = TakeoverRule.FORGIVEN_AFTER.toMillis();
    for (long wait : new long[] {400, 800, 1_600, 1_600}) {
      rule.mistaken(10_000 * MILLI);
      assertDueAfter(wait, 20_000);
    }
    assertDueAfter(200, 10_000 + forgiven);
    rule.mistaken((10_000 + forgiven) * MILLI);
    assertDueAfter(400, 20_000 + forgiven);
  }

  @Test
  void anAnswerToTheLastSubmissionEndsTheWait() {
    rule.waits(true, 0);
    rule.waits(false, 100 * MILLI);
    rule.waits(true, 150 * MILLI);
    assertFalse(rule.isDue(300 * MILLI));
    assertTrue(rule.isDue(350 * MILLI));
  }
}
