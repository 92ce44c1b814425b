package io.lockstep.deploy.cluster;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * Three brokers, three sequencers, two gateways, and one node that is directory and key store. Two
 * networks: one to Kafka, one between the services. The last broker's disk is small.
 */
final class Cluster implements AutoCloseable {
  static final int SEQUENCERS = 3;
  static final int GATEWAYS = 2;

  private static final String SMALL_DISK = "160m";
  private static final String BROKER_READY = "Kafka Server started";
  private static final String NODE_READY = "up; stop it with";

  private final ContainerEngine engine;
  private final Containers containers = new Containers();
  private final ClusterTls tls = new ClusterTls();
  private final String clusterId = Uuid.randomUuid().toString();
  private final String smallDisk = "lockstep-disk-" + ProcessHandle.current().pid();
  private final Network kafkaNetwork = Network.newNetwork();
  private final Network serviceNetwork = Network.newNetwork();
  private final List<Integer> ports =
      Stream.generate(LoopbackPorts::free).limit(Settings.BROKERS + GATEWAYS + 1).toList();
  private final GenericContainer<?> diskHolder;
  private final List<Member> brokers = new ArrayList<>();
  private final List<Member> sequencers = new ArrayList<>();
  private final List<Member> gateways = new ArrayList<>();
  private final Member services;

  private Cluster(ContainerEngine engine) {
    this.engine = engine;
    diskHolder = diskHolder();
    for (int id = 1; id <= Settings.BROKERS; id++) {
      brokers.add(makeBroker(id));
    }
    services =
        makeNode(
            "services",
            Settings.services(),
            Map.of(Settings.AUTHENTICATION_PORT, authenticationPort()));
    for (int i = 0; i < SEQUENCERS; i++) {
      String name = "sequencer-" + (i + 1);
      sequencers.add(makeNode(name, Settings.sequencer(name), Map.of()));
    }
    for (int i = 0; i < GATEWAYS; i++) {
      gateways.add(
          makeNode(
              "gateway-" + (i + 1),
              Settings.gateway(),
              Map.of(Settings.GATEWAY_PORT, gatewayPort(i))));
    }
  }

  /** Returns when all processes say that they serve. */
  static Cluster start(ContainerEngine engine) {
    Cluster cluster = new Cluster(engine);
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.all().forEach(member -> System.out.println(member.name() + ": " + member.said()));
      cluster.close();
      throw e;
    }
  }

  private void startAll() {
    containers.createDisk(smallDisk, SMALL_DISK);
    diskHolder.start();
    startTogether(brokers);
    List<Member> nodes = new ArrayList<>(sequencers);
    nodes.add(services);
    startTogether(nodes);
    String key =
        services
            .container()
            .copyFileFromContainer(
                "/data/keys/token-key.pem",
                in -> new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    for (Member gateway : gateways) {
      gateway.container().withCopyToContainer(Transferable.of(key), "/etc/lockstep/token-key.pem");
    }
    startTogether(gateways);
  }

  private static void startTogether(List<Member> members) {
    // Brokers serve only when there is a majority of them.
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture.allOf(
              members.stream()
                  .map(member -> CompletableFuture.runAsync(member.container()::start, each))
                  .toArray(CompletableFuture[]::new))
          .join();
    }
  }

  KafkaConnection kafka() {
    return KafkaConnection.to(
        IntStream.range(0, Settings.BROKERS)
            .mapToObj(i -> "127.0.0.1:" + ports.get(i))
            .collect(Collectors.joining(",")));
  }

  int gatewayPort(int gateway) {
    return ports.get(Settings.BROKERS + gateway);
  }

  int authenticationPort() {
    return ports.get(Settings.BROKERS + GATEWAYS);
  }

  /** PEM of the authority that all listeners' certificates chain to. */
  String trust() {
    return tls.authority();
  }

  Network kafkaNetwork() {
    return kafkaNetwork;
  }

  /** Broker ids begin at 1. */
  Member broker(int id) {
    return brokers.get(id - 1);
  }

  Member brokerWithSmallDisk() {
    return brokers.getLast();
  }

  Member gateway(int index) {
    return gateways.get(index);
  }

  Member sequencer(String name) {
    return sequencers.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** In the order of a rolling restart. */
  List<Member> all() {
    List<Member> all = new ArrayList<>(brokers);
    all.addAll(sequencers);
    all.addAll(gateways);
    all.add(services);
    return all;
  }

  /** Takes all space of the small disk away. */
  void fillDisk() {
    onDisk("dd if=/dev/zero of=/disk/filling bs=1M; dd if=/dev/zero of=/disk/rest bs=512; true");
  }

  void freeDisk() {
    onDisk("rm -f /disk/filling /disk/rest");
  }

  private void onDisk(String command) {
    try {
      diskHolder.execInContainer("/bin/bash", "-c", command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Member makeBroker(int id) {
    int port = ports.get(id - 1);
    String name = "broker-" + id;
    Containers.Made made =
        containers
            .make(
                engine.broker(),
                name,
                List.of(kafkaNetwork),
                Map.of(Settings.BROKER_HOST_PORT, port),
                BROKER_READY)
            .withEnv("CLUSTER_ID", clusterId)
            .withCopyToContainer(
                Transferable.of(Settings.broker(id, port)), "/etc/broker.properties");
    if (id == Settings.BROKERS) {
      Containers.mount(made, smallDisk, "/data");
    }
    return new Member(name, made, BROKER_READY);
  }

  private Member makeNode(String name, String settings, Map<Integer, Integer> published) {
    ClusterTls.Issued issued = tls.issue(name);
    String dir = "/etc/lockstep/";
    Containers.Made made =
        containers
            .make(engine.node(), name, List.of(serviceNetwork, kafkaNetwork), published, NODE_READY)
            .withCopyToContainer(Transferable.of(settings), dir + "node.properties")
            .withCopyToContainer(Transferable.of(issued.certificate()), dir + "tls.pem")
            .withCopyToContainer(Transferable.of(issued.privateKey()), dir + "tls-key.pem")
            .withCopyToContainer(Transferable.of(tls.authority()), dir + "ca.pem");
    return new Member(name, made, NODE_READY);
  }

  /** Has the small disk while its broker is down, and the tools to fill it. */
  private GenericContainer<?> diskHolder() {
    Containers.Made made =
        containers
            .make(engine.broker(), "disk", List.of(kafkaNetwork), Map.of(), "holds")
            .withCreateContainerCmdModifier(command -> command.withEntrypoint("/bin/bash"))
            .withCommand("-c", "echo holds; exec tail -f /dev/null");
    Containers.mount(made, smallDisk, "/disk");
    return made;
  }

  @Override
  public void close() {
    for (Member member : all()) {
      member.container().stop();
    }
    diskHolder.stop();
    containers.removeDisk(smallDisk);
    kafkaNetwork.close();
    serviceNetwork.close();
  }
}
