package io.lockstep.gateway.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.gateway.streams.PassPolicy.Answer;
import io.lockstep.gateway.streams.PassPolicy.Demand;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PassPolicyTest {
  private static final long GRACE = 60_000;
  private static final long NOW = 1_000_000;

  private final PassPolicy policy = new PassPolicy(0, 1, GRACE);

  private static Optional<Opening> commit(long sequence, long epoch) {
    return Optional.of(new Opening(epoch, FakeLog.pass("g", epoch), sequence));
  }

  private static PassHash pass(long epoch) {
    return FakeLog.pass("g", epoch);
  }

  private Answer catchUp(long sequence, long epoch) {
    return policy.delivered(sequence, commit(sequence, epoch), OptionalLong.empty(), NOW);
  }

  private Answer live(long sequence, long epoch, long now) {
    return policy.delivered(sequence, commit(sequence, epoch), OptionalLong.of(now), now);
  }

  @Test
  void catchingUpStopsAfterTheCommitThatEndsTheShownEpoch() {
    assertTrue(policy.mayDeliver(NOW));
    assertEquals(Answer.NOTED, catchUp(2, 1));
    assertFalse(policy.mayDeliver(NOW));
    assertEquals(Answer.ACCEPTED, policy.show(2, pass(1)));
    assertTrue(policy.mayDeliver(NOW));
  }

  @Test
  void passOfALaterEpochCoversTheCommitsBefore() {
    PassPolicy ahead = new PassPolicy(3, 1, GRACE);
    Answer taken = ahead.delivered(2, commit(2, 3), OptionalLong.empty(), NOW);
    assertEquals(Answer.NOTED, taken);
    assertTrue(ahead.mayDeliver(NOW));
    assertTrue(ahead.covers(3));
    assertFalse(ahead.covers(4));
  }

  @Test
  void wrongPassIsFoundOut() {
    assertEquals(Answer.NOTED, catchUp(2, 1));
    assertEquals(Answer.WRONG, policy.show(2, pass(7)));
  }

  @Test
  void liveDeliveriesGoOnForTheGracePeriod() {
    assertEquals(Answer.NOTED, live(2, 1, NOW));
    assertTrue(policy.mayDeliver(NOW + GRACE - 1));
    assertFalse(policy.mayDeliver(NOW + GRACE));
    assertEquals(OptionalLong.of(NOW + GRACE / 2), policy.wakeAt());
    assertEquals(new Demand.None(), policy.demand(NOW + GRACE / 2 - 1));
    assertEquals(new Demand.Show(1, GRACE / 2), policy.demand(NOW + GRACE / 2));
    assertEquals(new Demand.None(), policy.demand(NOW + GRACE / 2 + 1));
    assertEquals(OptionalLong.of(NOW + GRACE), policy.wakeAt());
    assertEquals(new Demand.Expired(), policy.demand(NOW + GRACE));
  }

  @Test
  void slowClientCannotSaveUpItsAllowance() {
    long cameAt = NOW - GRACE - 1;
    Answer taken = policy.delivered(2, commit(2, 1), OptionalLong.of(cameAt), NOW);
    assertEquals(Answer.NOTED, taken);
    assertFalse(policy.mayDeliver(NOW));
  }

  @Test
  void passOfAnEpochInBetweenLeavesTheRestOfTheTime() {
    assertEquals(Answer.NOTED, live(2, 1, NOW));
    assertEquals(Answer.NOTED, live(3, 2, NOW + 10));
    assertEquals(Answer.ACCEPTED, policy.show(2, pass(1)));
    assertEquals(new Demand.Expired(), policy.demand(NOW + 10 + GRACE));
    assertEquals(Answer.ACCEPTED, policy.show(3, pass(2)));
    assertEquals(OptionalLong.empty(), policy.wakeAt());
  }

  @Test
  void newestPassSettlesAllCommitsBefore() {
    assertEquals(Answer.NOTED, live(2, 1, NOW));
    assertEquals(Answer.NOTED, live(3, 2, NOW));
    assertEquals(Answer.ACCEPTED, policy.show(3, pass(2)));
    assertEquals(new Demand.None(), policy.demand(NOW + GRACE));
  }

  @Test
  void ownCommitMayBeShownBeforeItIsDelivered() {
    assertEquals(Answer.NOTED, policy.show(2, pass(1)));
    assertEquals(Answer.ACCEPTED, catchUp(2, 1));
    assertTrue(policy.mayDeliver(NOW));
    assertEquals(Answer.NOTED, policy.show(3, pass(9)));
    assertEquals(Answer.WRONG, catchUp(3, 2));
  }

  @Test
  void commitsAheadOfThePassAreBounded() {
    for (int i = 1; i <= PassPolicy.COMMITS_AHEAD_MAX; i++) {
      assertTrue(policy.mayDeliver(NOW));
      assertEquals(Answer.NOTED, live(1 + i, i, NOW));
    }
    assertFalse(policy.mayDeliver(NOW));
  }
}
