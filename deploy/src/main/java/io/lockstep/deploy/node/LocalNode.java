package io.lockstep.deploy.node;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.deploy.metrics.MetricsEndpoint;
import io.lockstep.deploy.metrics.NodeMetrics;
import io.lockstep.directory.DirectoryConfig;
import io.lockstep.directory.DirectoryNode;
import io.lockstep.directory.Registration;
import io.lockstep.directory.WebConfig;
import io.lockstep.gateway.GatewayConfig;
import io.lockstep.gateway.GatewayLimits;
import io.lockstep.gateway.GatewayNode;
import io.lockstep.gateway.token.TokenKey;
import io.lockstep.keystore.KeystoreConfig;
import io.lockstep.keystore.KeystoreNode;
import io.lockstep.sequencer.SequencerConfig;
import io.lockstep.sequencer.SequencerNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All of Lockstep in this process: an embedded Kafka broker and one node of each role, on loopback
 * without TLS. Everything it has to remember is below one directory and survives a restart, and a
 * kill.
 */
public final class LocalNode implements AutoCloseable {
  private static final Duration OWNED_MAX = Duration.ofSeconds(60);
  private static final Duration PASS_GRACE = Duration.ofSeconds(60);

  /**
   * How a local node is started.
   *
   * @param gatewayPort 0 takes a free port
   * @param authenticationPort 0 takes a free port
   * @param passGrace how long a live stream goes on after a Commit without the new pass
   * @param web for browsers; empty means that the Authentication Service has no port for them
   * @param metricsPort of the endpoint for Prometheus; 0 takes a free port, empty means none
   */
  public record Options(
      Path directory,
      int gatewayPort,
      int authenticationPort,
      Registration registration,
      Duration passGrace,
      Optional<Web> web,
      OptionalInt metricsPort) {
    /**
     * What browsers find.
     *
     * @param origins pages that may call
     * @param authenticationPort where they call the Authentication Service; 0 takes a free port
     */
    public record Web(WebOrigins origins, int authenticationPort) {}

    /** Free ports, and the defaults of a deployment for the rest. */
    public static Options in(Path directory) {
      return new Options(
          directory, 0, 0, Registration.OPEN, PASS_GRACE, Optional.empty(), OptionalInt.empty());
    }

    public Options withRegistration(Registration how) {
      return new Options(
          directory, gatewayPort, authenticationPort, how, passGrace, web, metricsPort);
    }

    public Options withPassGrace(Duration grace) {
      return new Options(
          directory, gatewayPort, authenticationPort, registration, grace, web, metricsPort);
    }

    public Options withPorts(int gateway, int authentication) {
      return new Options(
          directory, gateway, authentication, registration, passGrace, web, metricsPort);
    }

    public Options withMetrics(int port) {
      return new Options(
          directory,
          gatewayPort,
          authenticationPort,
          registration,
          passGrace,
          web,
          OptionalInt.of(port));
    }

    public Options withWeb(WebOrigins origins, int port) {
      return new Options(
          directory,
          gatewayPort,
          authenticationPort,
          registration,
          passGrace,
          Optional.of(new Web(origins, port)),
          metricsPort);
    }
  }

  private final Parts parts = new Parts();
  private final NodeMetrics metrics = parts.add(new NodeMetrics());

  private EmbeddedBroker broker;
  private DirectoryNode directory;
  private GatewayNode gateway;
  private Optional<MetricsEndpoint> endpoint = Optional.empty();

  private LocalNode() {}

  /** Returns when every role serves. What has been started is closed again if something fails. */
  public static LocalNode start(Options options) throws Exception {
    LocalNode node = new LocalNode();
    try {
      node.startParts(options);
      return node;
    } catch (Exception e) {
      node.close();
      throw e;
    }
  }

  private void startParts(Options options) throws Exception {
    Path dir = Files.createDirectories(options.directory());
    broker = parts.add(EmbeddedBroker.start(dir.resolve("kafka")));
    KafkaConnection kafka = broker.connection();
    try (var starting = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<SequencerNode> sequencer =
          starting.submit(
              () ->
                  parts.add(
                      startOwning(SequencerConfig.embedded(kafka, dir.resolve("sequencer")))));
      Callable<KeystoreNode> directoryThenKeystore =
          () -> {
            directory =
                parts.add(
                    DirectoryNode.start(
                        directoryConfig(kafka, dir.resolve("directory"), options, metrics),
                        metrics.fold(DirectoryNode.LOG)));
            return parts.add(
                KeystoreNode.start(
                    KeystoreConfig.embedded(
                        kafka, dir.resolve("keystore"), loopback(0), directory.trustAnchor()),
                    metrics.fold(KeystoreNode.LOG)));
          };
      Future<KeystoreNode> keystore = starting.submit(directoryThenKeystore);
      KeystoreNode keys = started(keystore);
      started(sequencer);
      gateway =
          parts.add(
              GatewayNode.start(
                  GatewayConfig.embedded(
                          kafka,
                          loopback(options.gatewayPort()),
                          TokenKey.read(directory.tokenKey()),
                          keys.target())
                      .withWeb(options.web().map(Options.Web::origins).orElse(WebOrigins.NONE))
                      .withLimits(GatewayLimits.DEFAULT.withGrace(options.passGrace()))
                      .withMeter(metrics.gateway())));
      metrics.reader(SequencerNode.LOG, gateway::counts);
      metrics.client(SequencerNode.LOG, gateway::submissions);
      if (options.metricsPort().isPresent()) {
        endpoint =
            Optional.of(
                parts.add(
                    MetricsEndpoint.start(
                        loopback(options.metricsPort().getAsInt()), Optional.empty(), metrics)));
      }
    }
  }

  private static DirectoryConfig directoryConfig(
      KafkaConnection kafka, Path dir, Options options, NodeMetrics metrics) {
    DirectoryConfig config =
        DirectoryConfig.embedded(
            kafka, dir, loopback(options.authenticationPort()), options.registration());
    return options
        .web()
        .map(
            web ->
                config.withWeb(
                    WebConfig.of(
                            loopback(web.authenticationPort()), Optional.empty(), web.origins())
                        .withMeter(metrics.directoryWeb())))
        .orElse(config);
  }

  /** host:port of {@code Authentication} for browsers, if they may call. */
  public Optional<String> authenticationWebTarget() {
    return directory.webPort().isEmpty()
        ? Optional.empty()
        : Optional.of("127.0.0.1:" + directory.webPort().getAsInt());
  }

  /** Where Prometheus looks, if it was asked for. */
  public Optional<String> metricsTarget() {
    return endpoint.map(e -> "http://127.0.0.1:" + e.port() + "/metrics");
  }

  /** host:port of {@code Delivery} and {@code Keys}. */
  public String gatewayTarget() {
    return "127.0.0.1:" + gateway.port();
  }

  /** host:port of {@code Authentication}. */
  public String authenticationTarget() {
    return directory.target();
  }

  /** Certificate (PEM) that every client's credential chains to. */
  public Path trustAnchor() {
    return directory.trustAnchor();
  }

  /** Bootstrap servers, for Kafka's own tools. */
  public String kafkaBootstrap() {
    return broker.bootstrap();
  }

  public String createInvitation() {
    return directory.createInvitation();
  }

  @Override
  public void close() {
    parts.close();
  }

  private SequencerNode startOwning(SequencerConfig config) throws Exception {
    SequencerNode node = SequencerNode.start(config, metrics.fold(SequencerNode.LOG));
    if (!node.awaitOwned(config.topics().partitions(), OWNED_MAX)) {
      node.close();
      throw new IllegalStateException("the sequencer did not get its partitions in " + OWNED_MAX);
    }
    return node;
  }

  private static <T> T started(Future<T> starting) throws Exception {
    try {
      return starting.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
