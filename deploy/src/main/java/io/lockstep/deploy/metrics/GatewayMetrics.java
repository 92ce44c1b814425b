package io.lockstep.deploy.metrics;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.meter.GatewayMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Metrics of the gateway in this process. Tags are outcomes and reasons, of which the protocol has
 * a fixed number.
 */
final class GatewayMetrics implements GatewayMeter {
  private final MeterRegistry registry;
  private final PortMetrics port;
  private final AtomicLong connections;
  private final AtomicLong streams;
  private final AtomicLong slowClients;
  private final AtomicLong withoutCredit;
  private final Counter deliveries;
  private final Counter deliveredBytes;
  private final Counter historyReads;
  private final Map<Reason, Counter> detached = new ConcurrentHashMap<>();
  private final Timer written;
  private final Map<String, Timer> submits = new ConcurrentHashMap<>();

  GatewayMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.port = new PortMetrics(registry, "lockstep.gateway");
    this.connections = gauge("lockstep.gateway.connections", "Connect calls");
    this.written =
        Timer.builder("lockstep.gateway.delivery")
            .description("From an entry read from the log to its last write to a connection")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofNanos(100_000))
            .maximumExpectedValue(Duration.ofMinutes(1))
            .register(registry);
    this.streams = gauge("lockstep.gateway.streams", "Streams that are attached, of all clients");
    this.slowClients =
        gauge("lockstep.gateway.slow.clients", "Clients that do not take what is there for them");
    this.withoutCredit =
        gauge(
            "lockstep.gateway.streams.without.credit",
            "Streams that wait until their client has acknowledged");
    this.deliveries =
        counter("lockstep.gateway.deliveries", "Entries handed to clients' connections");
    this.deliveredBytes = counter("lockstep.gateway.delivered.bytes", "Bytes of them");
    this.historyReads =
        counter("lockstep.gateway.history.reads", "Pages of history that owners were asked for");
  }

  private AtomicLong gauge(String name, String description) {
    AtomicLong value = new AtomicLong();
    Gauge.builder(name, value, AtomicLong::get)
        .description(description)
        .strongReference(true)
        .register(registry);
    return value;
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  @Override
  public void open(int change) {
    port.open(change);
  }

  @Override
  public void closed(String reason) {
    port.closed(reason);
  }

  @Override
  public void connected(int change) {
    connections.addAndGet(change);
  }

  @Override
  public void attached(int change) {
    streams.addAndGet(change);
  }

  @Override
  public void slow(int change) {
    slowClients.addAndGet(change);
  }

  @Override
  public void withoutCredit(int change) {
    withoutCredit.addAndGet(change);
  }

  @Override
  public void detached(Reason reason) {
    detached
        .computeIfAbsent(
            reason,
            why ->
                Counter.builder("lockstep.gateway.detached")
                    .description("Streams that the gateway has ended or has not attached")
                    .tag("reason", why.name().toLowerCase(Locale.ROOT))
                    .register(registry))
        .increment();
  }

  @Override
  public void written(long nanos) {
    written.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void delivered(int entries, long bytes) {
    deliveries.increment(entries);
    deliveredBytes.increment((double) bytes);
  }

  @Override
  public void historyRead() {
    historyReads.increment();
  }

  @Override
  public void submitted(String outcome, long nanos) {
    submits
        .computeIfAbsent(
            outcome,
            told ->
                Timer.builder("lockstep.gateway.submit")
                    .description("From a submission to the answer")
                    .tag("outcome", told)
                    .publishPercentileHistogram()
                    .minimumExpectedValue(Duration.ofMillis(1))
                    .maximumExpectedValue(Duration.ofMinutes(1))
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
