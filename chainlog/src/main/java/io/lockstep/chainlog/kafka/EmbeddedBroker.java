package io.lockstep.chainlog.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker in this process: KRaft, one node, replication 1, on loopback, without TLS.
 * For one machine and for tests. The data is kept under a directory and survives restarts, also
 * when the process was killed: Kafka writes to the page cache before it acknowledges, so what a
 * crash of the whole machine takes is not covered.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final int NODE_ID = 1;

  private final KafkaRaftServer server;
  private final String bootstrap;

  private EmbeddedBroker(KafkaRaftServer server, String bootstrap) {
    this.server = server;
    this.bootstrap = bootstrap;
  }

  /**
   * Starts on the port that was used the last time, or a free one, and returns when the broker
   * serves.
   */
  public static EmbeddedBroker start(Path dir) {
    try {
      Files.createDirectories(dir);
      Path data = dir.resolve("data");
      int port = port(dir.resolve("port"));
      int controllerPort = LoopbackPorts.free();
      format(dir.resolve("cluster-id"), data);
      KafkaRaftServer server =
          new KafkaRaftServer(
              new KafkaConfig(settings(data, port, controllerPort), false), Time.SYSTEM);
      try {
        server.startup();
      } catch (RuntimeException e) {
        server.shutdown();
        throw e;
      }
      LOG.info("embedded Kafka broker listens on 127.0.0.1:{}", port);
      return new EmbeddedBroker(server, "127.0.0.1:" + port);
    } catch (IOException e) {
      throw new UncheckedIOException("the broker's directory cannot be used: " + dir, e);
    }
  }

  public String bootstrap() {
    return bootstrap;
  }

  public KafkaConnection connection() {
    return KafkaConnection.to(bootstrap);
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static Map<String, String> settings(Path data, int port, int controllerPort) {
    Map<String, String> s = new HashMap<>();
    s.put("process.roles", "broker,controller");
    s.put("node.id", Integer.toString(NODE_ID));
    s.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    s.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    s.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    s.put("controller.listener.names", "CONTROLLER");
    s.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    s.put("log.dirs", data.toString());
    s.put("auto.create.topics.enable", "false");
    // One copy of everything, and few internal partitions: they cost start-up time.
    s.put("default.replication.factor", "1");
    s.put("min.insync.replicas", "1");
    s.put("offsets.topic.replication.factor", "1");
    s.put("offsets.topic.num.partitions", "1");
    s.put("transaction.state.log.replication.factor", "1");
    s.put("transaction.state.log.min.isr", "1");
    s.put("transaction.state.log.num.partitions", "1");
    s.put("share.coordinator.state.topic.replication.factor", "1");
    s.put("share.coordinator.state.topic.min.isr", "1");
    s.put("share.coordinator.state.topic.num.partitions", "1");
    // Owners start at once and may ask for short sessions.
    s.put("group.initial.rebalance.delay.ms", "0");
    s.put("group.min.session.timeout.ms", "500");
    // Small: threads, buffers, index files (sparse, but mapped).
    s.put("num.network.threads", "1");
    s.put("num.io.threads", "2");
    s.put("num.replica.fetchers", "1");
    s.put("num.recovery.threads.per.data.dir", "2");
    s.put("background.threads", "2");
    s.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    s.put("log.cleaner.io.buffer.size", Integer.toString(2 << 20));
    s.put("log.cleaner.threads", "1");
    s.put("log.index.size.max.bytes", Integer.toString(1 << 20));
    s.put("log.segment.bytes", Integer.toString(256 << 20));
    // After a kill the node waits for the session of its former self to end before it serves again.
    s.put("broker.session.timeout.ms", "2000");
    s.put("broker.heartbeat.interval.ms", "400");
    return s;
  }

  private static void format(Path clusterIdFile, Path data) throws IOException {
    String clusterId;
    if (Files.exists(clusterIdFile)) {
      clusterId = Files.readString(clusterIdFile).strip();
    } else {
      clusterId = Uuid.randomUuid().toString();
      Files.writeString(clusterIdFile, clusterId);
    }
    try (PrintStream quiet =
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(quiet)
          .setClusterId(clusterId)
          .setNodeId(NODE_ID)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setIgnoreFormatted(true)
          .run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the broker's directory cannot be formatted", e);
    }
  }

  private static int port(Path file) throws IOException {
    if (Files.exists(file)) {
      int last = Integer.parseInt(Files.readString(file).strip());
      if (LoopbackPorts.isFree(last)) {
        return last;
      }
    }
    int port = LoopbackPorts.free();
    Files.writeString(file, Integer.toString(port));
    return port;
  }
}
