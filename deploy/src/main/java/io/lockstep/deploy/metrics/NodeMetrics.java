package io.lockstep.deploy.metrics;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.FoldMeter;
import io.lockstep.chainlog.kafka.LogClientCounts;
import io.lockstep.chainlog.kafka.ReaderCounts;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import io.lockstep.gateway.meter.GatewayMeter;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.jmx.JmxConfig;
import io.micrometer.jmx.JmxMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * All metrics of a process: to JMX under the domain {@code lockstep}, and as text for Prometheus.
 * No meter and no tag names a user, a client, a group or an inbox.
 */
public final class NodeMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final CompositeMeterRegistry all = new CompositeMeterRegistry();
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Map<LogName, FoldMeter> folds = new ConcurrentHashMap<>();
  private final AtomicReference<GatewayMeter> gateway = new AtomicReference<>();
  private final AtomicReference<ConnectionMeter> directory = new AtomicReference<>();
  private final AtomicReference<ConnectionMeter> directoryWeb = new AtomicReference<>();

  /** Held here, since a FunctionCounter holds what it asks only weakly. */
  private final Queue<Supplier<?>> suppliers = new ConcurrentLinkedQueue<>();

  public NodeMetrics() {
    all.add(prometheus);
    all.add(new JmxMeterRegistry(new Domain(), Clock.SYSTEM));
    garbage.bindTo(all);
    new JvmMemoryMetrics().bindTo(all);
    new JvmThreadMetrics().bindTo(all);
    new ProcessorMetrics().bindTo(all);
    new FileDescriptorMetrics().bindTo(all);
  }

  private static final class Domain implements JmxConfig {
    @Override
    public String get(String key) {
      return null;
    }

    @Override
    public String domain() {
      return "lockstep";
    }
  }

  /** What an owner of this log measures with. */
  public FoldMeter fold(LogName log) {
    return folds.computeIfAbsent(log, name -> new FoldMetrics(all, name));
  }

  /** What a gateway measures with; the same object each time. */
  public GatewayMeter gateway() {
    return gateway.updateAndGet(there -> there == null ? new GatewayMetrics(all) : there);
  }

  /** What the directory's port for other clients measures with; the same object each time. */
  public ConnectionMeter directory() {
    return directory.updateAndGet(
        there -> there == null ? new PortMetrics(all, "lockstep.directory") : there);
  }

  /** What the directory's port for browsers measures with; the same object each time. */
  public ConnectionMeter directoryWeb() {
    return directoryWeb.updateAndGet(
        there -> there == null ? new PortMetrics(all, "lockstep.directory.web") : there);
  }

  /** Counts of a reader of this log. */
  public void reader(LogName log, Supplier<ReaderCounts> counts) {
    suppliers.add(counts);
    count(
        log,
        "lockstep.reader.accepted",
        "Records that are part of the log",
        counts,
        c -> c.get().accepted());
    count(log, "lockstep.reader.skipped", "Records that are not", counts, c -> c.get().skipped());
    count(
        log,
        "lockstep.reader.undecodable",
        "Entries of a newer release",
        counts,
        c -> c.get().undecodable());
    count(
        log,
        "lockstep.reader.stuck",
        "Times that a partition could not be followed",
        counts,
        c -> c.get().stuck());
  }

  /** Counts of a client that submits to this log. */
  public void client(LogName log, Supplier<LogClientCounts> counts) {
    suppliers.add(counts);
    count(
        log, "lockstep.client.submitted", "Submissions written", counts, c -> c.get().submitted());
    count(
        log,
        "lockstep.client.answered",
        "Submissions with an answer",
        counts,
        c -> c.get().answered());
    count(
        log,
        "lockstep.client.refused.slow",
        "Submissions not sent since the log was too slow",
        counts,
        c -> c.get().refusedSlow());
    count(
        log,
        "lockstep.client.refused.full",
        "Submissions not sent since too much was on its way",
        counts,
        c -> c.get().refusedFull());
    count(
        log,
        "lockstep.client.unknown",
        "Submissions without an answer in time",
        counts,
        c -> c.get().unknown());
    gauge(log, "lockstep.client.pending", "On their way", counts, c -> c.get().pending());
    gauge(
        log,
        "lockstep.client.slow.partitions",
        "Partitions to which only probes are sent",
        counts,
        c -> c.get().slowPartitions());
  }

  private <T> void gauge(
      LogName log,
      String name,
      String description,
      Supplier<T> counts,
      ToDoubleFunction<Supplier<T>> value) {
    Gauge.builder(name, counts, value)
        .description(description)
        .tag("log", log.name())
        .register(all);
  }

  private <T> void count(
      LogName log,
      String name,
      String description,
      Supplier<T> counts,
      ToDoubleFunction<Supplier<T>> value) {
    FunctionCounter.builder(name, counts, value)
        .description(description)
        .tag("log", log.name())
        .register(all);
  }

  /** In Prometheus' text format. */
  public String scrape() {
    return prometheus.scrape();
  }

  @Override
  public void close() {
    garbage.close();
    all.getRegistries().forEach(io.micrometer.core.instrument.MeterRegistry::close);
    all.close();
  }
}
