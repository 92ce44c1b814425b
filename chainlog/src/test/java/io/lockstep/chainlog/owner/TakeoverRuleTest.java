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

  @Test
  void anAnswerToTheLastSubmissionEndsTheWait() {
    rule.waits(true, 0);
    rule.waits(false, 100 * MILLI);
    rule.waits(true, 150 * MILLI);
    assertFalse(rule.isDue(300 * MILLI));
    assertTrue(rule.isDue(350 * MILLI));
  }
}
