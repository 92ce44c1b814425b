package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LoopbackPorts;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.chainlog.process.ParentWatch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** One of three Kafka brokers on this machine, in a process of its own. */
final class BrokerProcess implements AutoCloseable {
  static final int BROKERS = 3;

  private static final int READY_SECONDS_MAX = 240;

  private final ChildJvm process;

  private BrokerProcess(ChildJvm process) {
    this.process = process;
  }

  /** Three brokers, each of them a controller as well, with all topics on all of them. */
  static final class Cluster implements AutoCloseable {
    private final List<BrokerProcess> brokers = new ArrayList<>();
    private final String bootstrap;

    private Cluster(String bootstrap) {
      this.bootstrap = bootstrap;
    }

    static Cluster start(Path dir) throws Exception {
      List<Integer> ports = Stream.generate(LoopbackPorts::free).limit(2 * BROKERS).toList();
      String clusterId = Uuid.randomUuid().toString();
      String bootstrap =
          ports.subList(0, BROKERS).stream()
              .map(port -> "127.0.0.1:" + port)
              .collect(Collectors.joining(","));
      Cluster cluster = new Cluster(bootstrap);
      try {
        for (int i = 0; i < BROKERS; i++) {
          cluster.brokers.add(BrokerProcess.start(i, clusterId, dir.resolve("broker-" + i), ports));
        }
        cluster.awaitAll();
        return cluster;
      } catch (Exception e) {
        cluster.close();
        throw e;
      }
    }

    KafkaConnection connection() {
      return KafkaConnection.to(bootstrap);
    }

    private void awaitAll() throws Exception {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
        while (!isWhole(admin)) {
          for (BrokerProcess broker : brokers) {
            if (!broker.process.isAlive()) {
              throw broker.process.ended("that it serves");
            }
          }
          if (System.nanoTime() - deadline > 0) {
            throw new IllegalStateException("three brokers are not ready in time");
          }
        }
      }
    }

    /** Kafka's client asks again by itself for a while. */
    private static boolean isWhole(Admin admin) throws InterruptedException {
      try {
        return admin.describeCluster().nodes().get().size() == BROKERS;
      } catch (ExecutionException notYet) {
        return false;
      }
    }

    @Override
    public void close() {
      brokers.forEach(broker -> broker.process.terminate());
      brokers.forEach(BrokerProcess::close);
    }
  }

  private static BrokerProcess start(int node, String clusterId, Path dir, List<Integer> ports)
      throws IOException {
    ChildJvm process =
        ChildJvm.startQuietly(
            JvmCommand.of(
                    BrokerProcess.class,
                    "-Xmx400m",
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders")
                .with(Integer.toString(node), clusterId, dir.toString())
                .with(ports.stream().map(String::valueOf).collect(Collectors.joining(","))));
    process.hearNoMore();
    return new BrokerProcess(process);
  }

  @Override
  public void close() {
    process.stop();
  }

  /**
   * Arguments: node number, cluster id, directory, ports of the brokers and then of the
   * controllers. Ends with its input, so also when the process that started it is gone.
   */
  public static void main(String[] args) throws Exception {
    int node = Integer.parseInt(args[0]);
    List<Integer> ports = Arrays.stream(args[3].split(",", -1)).map(Integer::valueOf).toList();
    format(node, args[1], args[2]);
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(settings(node, args[2], ports), false), Time.SYSTEM);
    server.startup();
    ParentWatch.untilTheEnd();
  }

  private static void format(int node, String clusterId, String dir) throws Exception {
    try (PrintStream quiet =
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(quiet)
          .setClusterId(clusterId)
          .setNodeId(node)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(dir)
          .addDirectory(dir)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .run();
    }
  }

  private static Map<String, String> settings(int node, String dir, List<Integer> ports) {
    String broker = "127.0.0.1:" + ports.get(node);
    String controller = "127.0.0.1:" + ports.get(BROKERS + node);
    Map<String, String> s = new HashMap<>();
    s.put("process.roles", "broker,controller");
    s.put("node.id", Integer.toString(node));
    s.put(
        "controller.quorum.voters",
        IntStream.range(0, BROKERS)
            .mapToObj(i -> i + "@127.0.0.1:" + ports.get(BROKERS + i))
            .collect(Collectors.joining(",")));
    s.put("listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller);
    s.put("advertised.listeners", "PLAINTEXT://" + broker);
    s.put("controller.listener.names", "CONTROLLER");
    s.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    s.put("log.dirs", dir);
    s.put("auto.create.topics.enable", "false");
    s.put("default.replication.factor", "3");
    s.put("min.insync.replicas", "2");
    s.put("offsets.topic.replication.factor", "3");
    s.put("offsets.topic.num.partitions", "1");
    s.put("transaction.state.log.replication.factor", "3");
    s.put("transaction.state.log.min.isr", "2");
    s.put("transaction.state.log.num.partitions", "1");
    s.put("group.initial.rebalance.delay.ms", "0");
    s.put("num.network.threads", "1");
    s.put("num.io.threads", "2");
    s.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    s.put("log.index.size.max.bytes", Integer.toString(1 << 20));
    return s;
  }
}
