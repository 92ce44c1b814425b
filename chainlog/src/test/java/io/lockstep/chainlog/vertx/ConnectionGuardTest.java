package io.lockstep.chainlog.vertx;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A loop that stood still does not take it out on its clients. */
class ConnectionGuardTest {
  private static final Duration LIMIT = Duration.ofMillis(1);
  private static final long LATER_MILLIS = 50;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ConnectionGuard guard =
      new ConnectionGuard(
          ConnectionLimits.DEFAULT.withTimes(
              LIMIT, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1)),
          new HeldBytes(1 << 20),
          ConnectionMeter.NONE);

  @Test
  void whoHasShownNothingIsLookedAtTwice() {
    channel.freezeTime();
    channel.pipeline().addLast(guard);
    look();
    assertTrue(channel.isOpen(), "the loop may have stood still");
    look();
    assertFalse(channel.isOpen());
  }

  @Test
  void aProofThatWasReadBetweenTheLooksIsInTime() {
    channel.freezeTime();
    channel.pipeline().addLast(guard);
    look();
    ConnectionGuard.proven(channel);
    look();
    look();
    assertTrue(channel.isOpen());
    assertFalse(channel.finish());
  }

  private void look() {
    spin();
    channel.advanceTimeBy(LATER_MILLIS, TimeUnit.MILLISECONDS);
    channel.runPendingTasks();
    var _ = channel.runScheduledPendingTasks();
  }

  /** The guard's clock is the real one. */
  private static void spin() {
    long began = System.nanoTime();
    while (System.nanoTime() - began < 2 * LIMIT.toNanos()) {
      Thread.onSpinWait();
    }
  }
}
