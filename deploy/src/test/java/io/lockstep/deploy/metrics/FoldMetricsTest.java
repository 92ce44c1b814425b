package io.lockstep.deploy.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainFollower.Skip;
import io.lockstep.chainlog.LogName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FoldMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FoldMetrics metrics = new FoldMetrics(registry, new LogName("lockstep"));

  private double count(String name, String... tags) {
    return registry.get(name).tag("log", "lockstep").tags(tags).counter().count();
  }

  @Test
  void countsAndTimesAreThoseThatWereTold() {
    metrics.submissionsRead(1, 3, 5_000_000);
    metrics.submissionsRead(2, 4, 5_000_000);
    metrics.written(1, 6);
    metrics.folded(1, 7, 2_000_000);
    metrics.refolded(1);
    metrics.stuck(1);
    metrics.halted(1);
    metrics.restored(1, 1_500_000_000);
    metrics.tookOver(1, 350_000_000);

    assertEquals(7, count("lockstep.submissions"));
    assertEquals(6, count("lockstep.written"));
    assertEquals(7, count("lockstep.folded"));
    assertEquals(1, count("lockstep.refolds"));
    assertEquals(1, count("lockstep.stuck"));
    assertEquals(1, count("lockstep.halted"));
    assertEquals(2, registry.get("lockstep.decide").timer().count());
    assertEquals(2, registry.get("lockstep.fold").timer().totalTime(TimeUnit.MILLISECONDS));
    assertEquals(1.5, registry.get("lockstep.restore").timer().totalTime(TimeUnit.SECONDS));
    assertEquals(350, registry.get("lockstep.takeover").timer().max(TimeUnit.MILLISECONDS));
  }

  @Test
  void skipsAreCountedByReason() {
    metrics.skipped(0, Skip.ANSWERED);
    metrics.skipped(1, Skip.ANSWERED);
    metrics.skipped(0, Skip.AHEAD);
    metrics.skipped(0, Skip.ANCHOR);

    assertEquals(2, count("lockstep.skipped", "reason", "answered"));
    assertEquals(1, count("lockstep.skipped", "reason", "ahead"));
    assertEquals(0, count("lockstep.skipped", "reason", "unreadable"));
    assertEquals(3, registry.find("lockstep.skipped").counters().size(), "an anchor is no skip");
  }

  @Test
  void outcomesAreCountedByKindAndAStrangersKindsAreOneKind() {
    metrics.accepted(0, "commit");
    metrics.accepted(1, "commit");
    metrics.accepted(0, "");
    metrics.accepted(0, "g:4be1");
    metrics.accepted(0, "x".repeat(500));
    for (int i = 0; i < 1000; i++) {
      metrics.accepted(0, "kind" + "abcdefghij".charAt(i % 10) + "abcdefghij".charAt(i / 10 % 10));
    }

    assertEquals(2, count("lockstep.outcomes", "kind", "commit"));
    assertTrue(count("lockstep.outcomes", "kind", "other") > 3);
    assertTrue(
        registry.find("lockstep.outcomes").counters().size() <= FoldMetrics.KINDS_MAX + 1,
        "the number of series is bounded");
  }

  @Test
  void theLagIsShownPerPartitionUntilAnotherProcessTellsIt() {
    metrics.lag(3, 10, 1234);
    metrics.lag(3, 12, 2345);
    metrics.lag(4, 0, 0);

    assertEquals(12, registry.get("lockstep.lag.records").tag("partition", "3").gauge().value());
    assertEquals(2345, registry.get("lockstep.lag").tag("partition", "3").gauge().value());
    assertEquals(0, registry.get("lockstep.lag").tag("partition", "4").gauge().value());

    metrics.lagUnknown(3);
    assertNull(registry.find("lockstep.lag").tag("partition", "3").gauge());
    assertNull(registry.find("lockstep.lag.records").tag("partition", "3").gauge());
    metrics.lag(3, 1, 5);
    assertEquals(5, registry.get("lockstep.lag").tag("partition", "3").gauge().value());
  }
}
