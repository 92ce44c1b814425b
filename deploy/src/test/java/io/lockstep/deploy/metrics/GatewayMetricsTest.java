package io.lockstep.deploy.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.api.v1.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GatewayMetrics metrics = new GatewayMetrics(registry);

  @Test
  void gaugesRiseAndFall() {
    metrics.connected(1);
    metrics.connected(1);
    metrics.connected(-1);
    metrics.attached(1);
    metrics.slow(1);
    metrics.slow(-1);

    assertEquals(1, registry.get("lockstep.gateway.connections").gauge().value());
    assertEquals(1, registry.get("lockstep.gateway.streams").gauge().value());
    assertEquals(0, registry.get("lockstep.gateway.slow.clients").gauge().value());
  }

  @Test
  void countsAreByReasonAndOutcome() {
    metrics.delivered(1, 100);
    metrics.delivered(2, 50);
    metrics.written(700_000);
    metrics.historyRead();
    metrics.detached(Reason.PASS_EXPIRED);
    metrics.detached(Reason.PASS_EXPIRED);
    metrics.submitted("sequenced", 3_000_000);
    metrics.submitted("sequenced", 5_000_000);
    metrics.submitted("wrong_epoch", 1_000_000);

    assertEquals(3, registry.get("lockstep.gateway.deliveries").counter().count());
    assertEquals(150, registry.get("lockstep.gateway.delivered.bytes").counter().count());
    assertEquals(1, registry.get("lockstep.gateway.history.reads").counter().count());
    assertEquals(
        2,
        registry.get("lockstep.gateway.detached").tag("reason", "pass_expired").counter().count());
    assertEquals(1, registry.get("lockstep.gateway.delivery").timer().count());
    var sequenced = registry.get("lockstep.gateway.submit").tag("outcome", "sequenced").timer();
    assertEquals(2, sequenced.count());
    assertEquals(8, sequenced.totalTime(TimeUnit.MILLISECONDS));
    assertEquals(
        1, registry.get("lockstep.gateway.submit").tag("outcome", "wrong_epoch").timer().count());
  }
}
