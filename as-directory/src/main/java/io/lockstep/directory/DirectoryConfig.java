package io.lockstep.directory;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of one {@link DirectoryNode}.
 *
 * @param topics how the topics of the log are to be; they are made at first start
 * @param dataDir holds what can be rebuilt from the log; not shared with another node
 * @param keysDir holds the service's private keys and the public files that others read; every node
 *     of a deployment has the same keys
 * @param address where clients call; port 0 takes a free port
 * @param tls of that address; plaintext is served on loopback only
 * @param connections limits of the connections to that address
 * @param meter is told of those connections
 * @param web where browsers call, if they may
 * @param internal where other nodes of this service ask for states
 * @param internalTls of that address, and as a client of the other nodes
 * @param certificateLifetime of a client's certificate
 */
public record DirectoryConfig(
    KafkaConnection kafka,
    LogTopicSpec topics,
    Path dataDir,
    Path keysDir,
    InetSocketAddress address,
    Optional<TlsFiles> tls,
    ConnectionLimits connections,
    ConnectionMeter meter,
    Optional<WebConfig> web,
    InetSocketAddress internal,
    Optional<TlsFiles> internalTls,
    Registration registration,
    Duration tokenLifetime,
    Duration certificateLifetime) {
  public static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);
  public static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(90);

  private static final Duration TOKEN_LIFETIME_MIN = Duration.ofSeconds(1);
  private static final Duration TOKEN_LIFETIME_MAX = Duration.ofHours(24);
  private static final Duration CERTIFICATE_LIFETIME_MIN = Duration.ofMinutes(10);
  private static final Duration CERTIFICATE_LIFETIME_MAX = Duration.ofDays(398);

  public DirectoryConfig {
    requireBetween("tokenLifetime", tokenLifetime, TOKEN_LIFETIME_MIN, TOKEN_LIFETIME_MAX);
    requireBetween(
        "certificateLifetime",
        certificateLifetime,
        CERTIFICATE_LIFETIME_MIN,
        CERTIFICATE_LIFETIME_MAX);
  }

  /** For everything in one process: plaintext on loopback, one copy, standard lifetimes. */
  public static DirectoryConfig embedded(
      KafkaConnection kafka, Path dir, InetSocketAddress address, Registration registration) {
    return new DirectoryConfig(
        kafka,
        LogTopicSpec.embedded(),
        dir.resolve("fold"),
        dir.resolve("keys"),
        address,
        Optional.empty(),
        WebConfig.CONNECTIONS,
        ConnectionMeter.NONE,
        Optional.empty(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        registration,
        TOKEN_LIFETIME,
        CERTIFICATE_LIFETIME);
  }

  public DirectoryConfig withTls(TlsFiles files) {
    return new DirectoryConfig(
        kafka,
        topics,
        dataDir,
        keysDir,
        address,
        Optional.of(files),
        connections,
        meter,
        web,
        internal,
        internalTls,
        registration,
        tokenLifetime,
        certificateLifetime);
  }

  public DirectoryConfig withWeb(WebConfig browsers) {
    return new DirectoryConfig(
        kafka,
        topics,
        dataDir,
        keysDir,
        address,
        tls,
        connections,
        meter,
        Optional.of(browsers),
        internal,
        internalTls,
        registration,
        tokenLifetime,
        certificateLifetime);
  }

  public DirectoryConfig withKeysDir(Path keys) {
    return new DirectoryConfig(
        kafka,
        topics,
        dataDir,
        keys,
        address,
        tls,
        connections,
        meter,
        web,
        internal,
        internalTls,
        registration,
        tokenLifetime,
        certificateLifetime);
  }

  public DirectoryConfig withTokenLifetime(Duration lifetime) {
    return new DirectoryConfig(
        kafka,
        topics,
        dataDir,
        keysDir,
        address,
        tls,
        connections,
        meter,
        web,
        internal,
        internalTls,
        registration,
        lifetime,
        certificateLifetime);
  }

  private static void requireBetween(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + " must be from " + min + " to " + max + ", not " + value);
    }
  }
}
