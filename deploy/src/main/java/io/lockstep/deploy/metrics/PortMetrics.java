package io.lockstep.deploy.metrics;

import io.lockstep.chainlog.vertx.ConnectionMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Metrics of the connections of one port for clients. */
final class PortMetrics implements ConnectionMeter {
  private final MeterRegistry registry;
  private final String prefix;
  private final AtomicLong open = new AtomicLong();
  private final Map<String, Counter> closed = new ConcurrentHashMap<>();

  /**
   * @param prefix of the metrics' names
   */
  PortMetrics(MeterRegistry registry, String prefix) {
    this.registry = registry;
    this.prefix = prefix;
    Gauge.builder(prefix + ".open.connections", open, AtomicLong::get)
        .description("Connections of clients")
        .strongReference(true)
        .register(registry);
  }

  @Override
  public void open(int change) {
    open.addAndGet(change);
  }

  @Override
  public void closed(String reason) {
    closed
        .computeIfAbsent(
            reason,
            why ->
                Counter.builder(prefix + ".closed.connections")
                    .description("Connections that were refused, or closed by this side")
                    .tag("reason", why)
                    .register(registry))
        .increment();
  }
}
