package io.lockstep.keystore;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.keystore.law.KeyLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of one {@link KeystoreNode}.
 *
 * @param topics how the topics of the log are to be; they are made at first start. A record must
 *     hold {@link #RECORD_BYTES_MIN}
 * @param dataDir holds what can be rebuilt from the log; not shared with another node
 * @param address where gateways call; port 0 takes a free port
 * @param internal where other nodes of this service ask for states
 * @param tls of both addresses, and as a client of the other nodes; it must demand certificates of
 *     the callers, since what they say about clients is believed. Plaintext is served on loopback
 *     only
 * @param trustAnchor PEM file with the certificate of the Authentication Service
 */
public record KeystoreConfig(
    KafkaConnection kafka,
    LogTopicSpec topics,
    Path dataDir,
    InetSocketAddress address,
    InetSocketAddress internal,
    Optional<TlsFiles> tls,
    Path trustAnchor) {
  /** A full publication, and the state of a full stream. */
  public static final int RECORD_BYTES_MIN =
      2 * KeyLimits.ONE_TIME_MAX * KeyLimits.KEY_PACKAGE_BYTES_MAX;

  private static final int EMBEDDED_PARTITIONS = 8;

  public KeystoreConfig {
    if (topics.maxRecordBytes() < RECORD_BYTES_MIN) {
      throw new IllegalArgumentException(
          "maxRecordBytes must be at least "
              + RECORD_BYTES_MIN
              + " for the key store, not "
              + topics.maxRecordBytes());
    }
    if (tls.isPresent() && tls.get().peerTrust().isEmpty()) {
      throw new IllegalArgumentException("the key store needs mutual TLS: peerTrust is missing");
    }
  }

  /** For everything in one process: plaintext on loopback, one copy. */
  public static KeystoreConfig embedded(
      KafkaConnection kafka, Path dir, InetSocketAddress address, Path trustAnchor) {
    return new KeystoreConfig(
        kafka,
        new LogTopicSpec(EMBEDDED_PARTITIONS, 1, RECORD_BYTES_MIN),
        dir.resolve("fold"),
        address,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        trustAnchor);
  }
}
