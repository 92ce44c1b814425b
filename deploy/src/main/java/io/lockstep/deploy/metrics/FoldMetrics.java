package io.lockstep.deploy.metrics;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.FoldMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Metrics of one process' share of one log. Every meter has the tag {@code log}; only the lag has
 * the partition as well. Kinds come from record headers, so their number is bounded here.
 */
final class FoldMetrics implements FoldMeter {
  static final int KINDS_MAX = 32;
  static final String OTHER_KIND = "other";

  private static final Pattern KIND = Pattern.compile("[a-z][a-z_-]{0,31}");
  private static final String LOG_TAG = "log";

  private final MeterRegistry registry;
  private final String log;
  private final Counter submissions;
  private final Counter written;
  private final Counter refolds;
  private final Counter stuck;
  private final Counter halted;
  private final Counter foldedRecords;
  private final Timer decide;
  private final Timer fold;
  private final Timer restore;
  private final Timer takeover;
  private final Map<ChainFollower.Skip, Counter> skips = new EnumMap<>(ChainFollower.Skip.class);
  private final Map<String, Counter> kinds = new ConcurrentHashMap<>();
  private final Map<Integer, Lag> lags = new ConcurrentHashMap<>();

  private record Lag(AtomicLong records, AtomicLong millis, Gauge ofRecords, Gauge ofMillis) {}

  FoldMetrics(MeterRegistry registry, LogName log) {
    this.registry = registry;
    this.log = log.name();
    this.submissions = counter("lockstep.submissions", "Submissions read");
    this.written = counter("lockstep.written", "Records handed to Kafka for the log");
    this.refolds =
        counter("lockstep.refolds", "Times that written records were dropped and folded again");
    this.stuck = counter("lockstep.stuck", "Times that a partition could not be followed");
    this.halted = counter("lockstep.halted", "Partitions that this process has given up for good");
    this.foldedRecords = counter("lockstep.folded", "Records of the log folded and stored");
    this.decide = timer("lockstep.decide", "Reading and deciding a batch of submissions");
    this.fold = timer("lockstep.fold", "Folding and storing a batch of the log");
    this.restore = timer("lockstep.restore", "Restoring a partition to the log's end");
    this.takeover =
        timer("lockstep.takeover", "From the log's standstill to a standby's first entry");
    for (ChainFollower.Skip why : ChainFollower.Skip.values()) {
      if (why != ChainFollower.Skip.ANCHOR) {
        skips.put(
            why,
            Counter.builder("lockstep.skipped")
                .description("Records of the log that are not part of it")
                .tags(LOG_TAG, this.log, "reason", why.name().toLowerCase(Locale.ROOT))
                .register(registry));
      }
    }
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).tag(LOG_TAG, log).register(registry);
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .tag(LOG_TAG, log)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofMinutes(1))
        .register(registry);
  }

  @Override
  public void submissionsRead(int partition, int count, long nanos) {
    submissions.increment(count);
    decide.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void written(int partition, int count) {
    written.increment(count);
  }

  @Override
  public void accepted(int partition, String kind) {
    outcome(kind.isEmpty() || !KIND.matcher(kind).matches() ? OTHER_KIND : kind).increment();
  }

  private Counter outcome(String kind) {
    Counter known = kinds.get(kind);
    if (known != null) {
      return known;
    }
    String name = kinds.size() < KINDS_MAX ? kind : OTHER_KIND;
    return kinds.computeIfAbsent(
        name,
        k ->
            Counter.builder("lockstep.outcomes")
                .description("Entries of the log by kind")
                .tags(LOG_TAG, log, "kind", k)
                .register(registry));
  }

  @Override
  public void skipped(int partition, ChainFollower.Skip why) {
    Counter counter = skips.get(why);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void folded(int partition, int records, long nanos) {
    foldedRecords.increment(records);
    fold.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void refolded(int partition) {
    refolds.increment();
  }

  @Override
  public void stuck(int partition) {
    stuck.increment();
  }

  @Override
  public void halted(int partition) {
    halted.increment();
  }

  @Override
  public void restored(int partition, long nanos) {
    restore.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void tookOver(int partition, long nanos) {
    takeover.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void lag(int partition, long records, long millis) {
    Lag lag = lags.computeIfAbsent(partition, this::register);
    lag.records().set(records);
    lag.millis().set(millis);
  }

  @Override
  public void lagUnknown(int partition) {
    Lag lag = lags.remove(partition);
    if (lag != null) {
      registry.remove(lag.ofRecords());
      registry.remove(lag.ofMillis());
    }
  }

  private Lag register(int partition) {
    AtomicLong records = new AtomicLong();
    AtomicLong millis = new AtomicLong();
    return new Lag(
        records,
        millis,
        gauge("lockstep.lag.records", "Submissions that have no entry yet", records, partition)
            .register(registry),
        gauge("lockstep.lag", "Age of the oldest submission without an entry", millis, partition)
            .baseUnit("milliseconds")
            .register(registry));
  }

  private Gauge.Builder<?> gauge(String name, String description, AtomicLong value, int partition) {
    return Gauge.builder(name, value, AtomicLong::doubleValue)
        .description(description)
        .tags(LOG_TAG, log, "partition", Integer.toString(partition))
        .strongReference(true);
  }
}
