package io.lockstep.deploy.cluster;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Settings files of the containers. Everything is in /etc/lockstep or /data of a container. */
final class Settings {
  static final int BROKERS = 3;
  static final int PARTITIONS = 6;
  static final int GATEWAY_PORT = 7400;
  static final int AUTHENTICATION_PORT = 7401;

  /** Where a broker is reached from outside the containers. */
  static final int BROKER_HOST_PORT = 9094;

  private static final String NODE_COMMON =
      """
      kafka.bootstrap = %s
      topics.partitions = %d
      topics.replication = %d
      """
          .formatted(
              IntStream.rangeClosed(1, BROKERS)
                  .mapToObj(id -> "broker-" + id + ":9092")
                  .collect(Collectors.joining(",")),
              PARTITIONS,
              BROKERS);

  private Settings() {}

  /**
   * A broker that is a controller as well. Sessions are shorter than Kafka's default of 9 s: a
   * partition whose leader has gone waits for them.
   */
  static String broker(int id, int hostPort) {
    String voters =
        IntStream.rangeClosed(1, BROKERS)
            .mapToObj(other -> other + "@broker-" + other + ":9093")
            .collect(Collectors.joining(","));
    return """
    process.roles = broker,controller
    node.id = %d
    controller.quorum.voters = %s
    controller.listener.names = CONTROLLER
    listeners = INTERNAL://:9092,CONTROLLER://:9093,HOST://:9094
    advertised.listeners = INTERNAL://broker-%d:9092,HOST://127.0.0.1:%d
    listener.security.protocol.map = INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,HOST:PLAINTEXT
    inter.broker.listener.name = INTERNAL
    log.dirs = /data/kafka
    auto.create.topics.enable = false
    default.replication.factor = 3
    min.insync.replicas = 2
    offsets.topic.replication.factor = 3
    offsets.topic.num.partitions = 3
    transaction.state.log.replication.factor = 3
    transaction.state.log.min.isr = 2
    transaction.state.log.num.partitions = 1
    group.initial.rebalance.delay.ms = 0
    broker.session.timeout.ms = 4000
    broker.heartbeat.interval.ms = 500
    num.network.threads = 2
    num.io.threads = 4
    num.replica.fetchers = 1
    background.threads = 2
    log.cleaner.threads = 1
    log.cleaner.dedupe.buffer.size = 4194304
    log.index.size.max.bytes = 1048576
    log.segment.bytes = 67108864
    """
        .formatted(id, voters, id, hostPort);
  }

  static String sequencer(String name) {
    return "roles = sequencer\n"
        + NODE_COMMON
        + "data = /data\nsequencer.internal = 0.0.0.0:7411\nsequencer.advertised-host = "
        + name
        + "\n"
        + tls("sequencer.internal", true);
  }

  /** Directory and key store; the tokens last longer than the tests. */
  static String services() {
    return """
    roles = directory, keystore
    data = /data
    directory.listen = 0.0.0.0:7401
    directory.internal = 0.0.0.0:7412
    directory.keys = /data/keys
    directory.registration = open
    directory.token-minutes = 120
    keystore.listen = 0.0.0.0:7413
    keystore.internal = 0.0.0.0:7414
    keystore.trust-anchor = /data/keys/ca.pem
    """
        + NODE_COMMON
        + tls("directory", false)
        + tls("directory.internal", true)
        + tls("keystore", true);
  }

  static String gateway() {
    return """
    roles = gateway
    gateway.listen = 0.0.0.0:7400
    gateway.token-key = token-key.pem
    gateway.keystore = services:7413
    """
        + NODE_COMMON
        + tls("gateway", false)
        + tls("gateway.internal", true);
  }

  private static String tls(String prefix, boolean mutual) {
    List<String> lines =
        mutual
            ? List.of("certificate = tls.pem", "key = tls-key.pem", "peers = ca.pem")
            : List.of("certificate = tls.pem", "key = tls-key.pem");
    return lines.stream().map(line -> prefix + ".tls." + line + "\n").collect(Collectors.joining());
  }
}
