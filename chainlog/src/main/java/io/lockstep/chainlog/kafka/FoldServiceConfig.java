package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of one process' {@link FoldService}.
 *
 * @param dataDir local store; may be deleted while the process is down
 * @param endpoint host:port of the internal gRPC service that answers for the owned partitions;
 *     goes into the watermarks
 * @param sessionTimeout after so long without a sign of life another process becomes the owner; the
 *     broker may set a minimum. Nobody waits for it: see takeoverAfter
 * @param takeoverAfter a standby writes when submissions wait and the log has not moved for so long
 * @param flushEvery how often states and watermarks are published while entries come
 * @param meter is told what happens
 */
public record FoldServiceConfig(
    KafkaConnection kafka,
    LogName log,
    Path dataDir,
    String endpoint,
    Duration sessionTimeout,
    Duration takeoverAfter,
    Duration flushEvery,
    FoldMeter meter) {
  private static final Duration SESSION_DEFAULT = Duration.ofSeconds(10);
  private static final Duration TAKEOVER_DEFAULT = Duration.ofMillis(200);
  private static final Duration FLUSH_DEFAULT = Duration.ofSeconds(1);

  public FoldServiceConfig {
    if (endpoint.isBlank()) {
      throw new IllegalArgumentException("endpoint must be host:port of the internal gRPC service");
    }
    if (sessionTimeout.compareTo(Duration.ofMillis(500)) < 0) {
      throw new IllegalArgumentException(
          "sessionTimeout must be at least 500 ms: " + sessionTimeout);
    }
    if (takeoverAfter.isNegative() || takeoverAfter.isZero()) {
      throw new IllegalArgumentException("takeoverAfter must be positive: " + takeoverAfter);
    }
    if (flushEvery.isNegative() || flushEvery.isZero()) {
      throw new IllegalArgumentException("flushEvery must be positive: " + flushEvery);
    }
  }

  /** With a session timeout of 10 s, a takeover after 200 ms and a flush every second. */
  public static FoldServiceConfig of(
      KafkaConnection kafka, LogName log, Path dataDir, String endpoint) {
    return new FoldServiceConfig(
        kafka,
        log,
        dataDir,
        endpoint,
        SESSION_DEFAULT,
        TAKEOVER_DEFAULT,
        FLUSH_DEFAULT,
        FoldMeter.NONE);
  }

  public FoldServiceConfig withSessionTimeout(Duration timeout) {
    return new FoldServiceConfig(
        kafka, log, dataDir, endpoint, timeout, takeoverAfter, flushEvery, meter);
  }

  public FoldServiceConfig withTakeoverAfter(Duration after) {
    return new FoldServiceConfig(
        kafka, log, dataDir, endpoint, sessionTimeout, after, flushEvery, meter);
  }

  public FoldServiceConfig withMeter(FoldMeter told) {
    return new FoldServiceConfig(
        kafka, log, dataDir, endpoint, sessionTimeout, takeoverAfter, flushEvery, told);
  }
}
