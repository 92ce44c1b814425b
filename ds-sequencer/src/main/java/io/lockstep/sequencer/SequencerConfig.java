package io.lockstep.sequencer;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of a {@link SequencerNode}.
 *
 * @param topics partitions and replication of the log; partitions can never change
 * @param dataDir local store, made if missing; may be deleted while the process is down
 * @param internal where the internal gRPC service listens; port 0 takes a free one
 * @param advertisedHost name under which other services reach it; empty means the host of {@code
 *     internal}
 * @param tls of the internal service; empty only on loopback
 * @param sessionTimeout after so long without a sign of life another sequencer becomes the owner
 * @param takeoverAfter a standby writes when submissions wait and the log has not moved for so
 *     long; nobody waits for the session timeout
 */
public record SequencerConfig(
    KafkaConnection kafka,
    LogTopicSpec topics,
    Path dataDir,
    InetSocketAddress internal,
    Optional<String> advertisedHost,
    Optional<TlsFiles> tls,
    Duration sessionTimeout,
    Duration takeoverAfter) {
  /** Smallest record limit that takes a Commit of 3 MiB with everything that goes with it. */
  public static final int RECORD_BYTES = 4 << 20;

  public static final int PARTITIONS_EMBEDDED = 8;
  public static final int PARTITIONS_CLUSTER = 64;

  private static final Duration SESSION_DEFAULT = Duration.ofSeconds(10);
  private static final Duration SESSION_MIN = Duration.ofMillis(500);
  private static final Duration TAKEOVER_DEFAULT = Duration.ofMillis(200);
  private static final Duration TAKEOVER_MIN = Duration.ofMillis(20);

  public SequencerConfig {
    if (topics.maxRecordBytes() < RECORD_BYTES) {
      throw new IllegalArgumentException(
          "topics.maxRecordBytes must be at least "
              + RECORD_BYTES
              + ": "
              + topics.maxRecordBytes());
    }
    if (internal.isUnresolved()) {
      throw new IllegalArgumentException("internal names an unknown host: " + internal);
    }
    boolean anyAddress = internal.getAddress().isAnyLocalAddress();
    if (anyAddress && advertisedHost.isEmpty()) {
      throw new IllegalArgumentException("advertisedHost is needed to listen on " + internal);
    }
    if (tls.isEmpty() && !internal.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("tls is needed outside loopback: " + internal);
    }
    if (sessionTimeout.compareTo(SESSION_MIN) < 0) {
      throw new IllegalArgumentException(
          "sessionTimeout must be at least " + SESSION_MIN + ": " + sessionTimeout);
    }
    if (takeoverAfter.compareTo(TAKEOVER_MIN) < 0) {
      throw new IllegalArgumentException(
          "takeoverAfter must be at least " + TAKEOVER_MIN + ": " + takeoverAfter);
    }
  }

  /** For everything on one machine: 8 partitions, one copy, loopback, a free port. */
  public static SequencerConfig embedded(KafkaConnection kafka, Path dataDir) {
    return new SequencerConfig(
        kafka,
        new LogTopicSpec(PARTITIONS_EMBEDDED, 1, RECORD_BYTES),
        dataDir,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        Optional.empty(),
        SESSION_DEFAULT,
        TAKEOVER_DEFAULT);
  }
}
