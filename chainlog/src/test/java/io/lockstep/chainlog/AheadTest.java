package io.lockstep.chainlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AheadTest {
  private final Ahead ahead = new Ahead();

  @Test
  void whoIsStuckInTheSamePlaceAgainBearsTwiceAsMuch() {
    assertEquals(ChainFollower.AHEAD_MAX, ahead.recordsMax());
    ahead.stuck(7);
    assertEquals(ChainFollower.AHEAD_MAX, ahead.recordsMax());
    ahead.stuck(7);
    ahead.stuck(7);
    assertEquals(4 * ChainFollower.AHEAD_MAX, ahead.recordsMax());
    assertEquals(4, ahead.factor());
    ahead.stuck(6);
    assertEquals(8, ahead.factor(), "further back is no progress either");
  }

  @Test
  void whoGotFurtherBearsAsMuchAsAtFirst() {
    ahead.stuck(7);
    ahead.stuck(7);
    ahead.stuck(8);
    assertEquals(1, ahead.factor());
    assertTrue(ahead.isWhereItWasStuck(8));
    assertFalse(ahead.isWhereItWasStuck(9));
  }

  @Test
  void howeverOftenItHappensTheNumberStaysANumber() {
    for (int i = 0; i < 100; i++) {
      ahead.stuck(7);
    }
    assertTrue(ahead.recordsMax() > ChainFollower.AHEAD_MAX, "records: " + ahead.recordsMax());
  }
}
