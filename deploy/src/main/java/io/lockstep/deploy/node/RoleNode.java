package io.lockstep.deploy.node;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.chainlog.vertx.ConnectionLimits;
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
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The roles that one settings file names, on a Kafka cluster that is there already. */
public final class RoleNode implements AutoCloseable {
  private static final int GRACE_SECONDS_DEFAULT = 60;
  private static final int SESSION_SECONDS_DEFAULT = 10;
  private static final int TAKEOVER_MILLIS_DEFAULT = 200;
  private static final int TOKEN_MINUTES_DEFAULT = 15;
  private static final int CERTIFICATE_DAYS_DEFAULT = 90;

  private final Parts parts = new Parts();
  private final NodeMetrics metrics = parts.add(new NodeMetrics());
  private final List<String> lines = new ArrayList<>();

  private RoleNode() {}

  /**
   * Reads the settings, creates or checks the topics, and starts the roles.
   *
   * @throws SettingsRefused naming what is wrong with the file
   */
  public static RoleNode start(Path file) throws Exception {
    Settings settings = Settings.read(file);
    RoleNode node = new RoleNode();
    try {
      node.startRoles(settings);
      return node;
    } catch (Exception e) {
      node.close();
      throw e;
    }
  }

  private void startRoles(Settings settings) throws Exception {
    KafkaSettings ofKafka = KafkaSettings.of(settings);
    KafkaConnection kafka = ofKafka.connection();
    LogTopicSpec topics = ofKafka.topics();
    List<Starter> starters = new ArrayList<>();
    for (String role : settings.list("roles")) {
      starters.add(
          switch (role) {
            case "sequencer" -> sequencer(settings, kafka, topics);
            case "keystore" -> keystore(settings, kafka, topics);
            case "directory" -> directory(settings, kafka, topics);
            case "gateway" -> gateway(settings, kafka, topics);
            default ->
                throw new SettingsRefused(
                    "roles: '" + role + "' is not sequencer, keystore, directory or gateway");
          });
    }
    Optional<Starter> endpoint = metrics(settings);
    settings.requireAllUsed();
    for (Starter starter : starters) {
      parts.add(starter.start());
    }
    if (endpoint.isPresent()) {
      parts.add(endpoint.get().start());
    }
  }

  /** All settings are read before anything starts, so that a bad one starts nothing. */
  private interface Starter {
    AutoCloseable start() throws Exception;
  }

  private Optional<Starter> metrics(Settings settings) {
    if (settings.optional("metrics.listen").isEmpty()) {
      return Optional.empty();
    }
    InetSocketAddress address = settings.address("metrics.listen");
    Optional<TlsFiles> tls = settings.tls("metrics");
    return Optional.of(
        () -> {
          MetricsEndpoint endpoint = MetricsEndpoint.start(address, tls, metrics);
          lines.add("metrics port " + endpoint.port());
          return endpoint;
        });
  }

  private Starter sequencer(Settings settings, KafkaConnection kafka, LogTopicSpec topics) {
    SequencerConfig config =
        new SequencerConfig(
            kafka,
            topics,
            settings.path("data").resolve("sequencer"),
            settings.address("sequencer.internal"),
            settings.optional("sequencer.advertised-host"),
            settings.tls("sequencer.internal"),
            Duration.ofSeconds(
                settings.number("sequencer.session-seconds", SESSION_SECONDS_DEFAULT)),
            Duration.ofMillis(
                settings.number("sequencer.takeover-milliseconds", TAKEOVER_MILLIS_DEFAULT)));
    return () -> {
      SequencerNode node = SequencerNode.start(config, metrics.fold(SequencerNode.LOG));
      lines.add("sequencer internal " + node.target());
      return node;
    };
  }

  private Starter keystore(Settings settings, KafkaConnection kafka, LogTopicSpec topics) {
    KeystoreConfig config =
        new KeystoreConfig(
            kafka,
            topics,
            settings.path("data").resolve("keystore"),
            settings.address("keystore.listen"),
            settings.address("keystore.internal"),
            settings.tls("keystore"),
            settings.path("keystore.trust-anchor"));
    return () -> {
      KeystoreNode node = KeystoreNode.start(config, metrics.fold(KeystoreNode.LOG));
      lines.add("keystore " + node.target());
      return node;
    };
  }

  private Starter directory(Settings settings, KafkaConnection kafka, LogTopicSpec topics) {
    DirectoryConfig config =
        new DirectoryConfig(
            kafka,
            topics,
            settings.path("data").resolve("directory"),
            settings.path("directory.keys"),
            settings.address("directory.listen"),
            settings.tls("directory"),
            ConnectionSettings.read(settings, "directory.connections.", WebConfig.CONNECTIONS),
            metrics.directory(),
            web(settings).map(browsers -> browsers.withMeter(metrics.directoryWeb())),
            settings.address("directory.internal"),
            settings.tls("directory.internal"),
            registration(settings.text("directory.registration")),
            Duration.ofMinutes(settings.number("directory.token-minutes", TOKEN_MINUTES_DEFAULT)),
            Duration.ofDays(
                settings.number("directory.certificate-days", CERTIFICATE_DAYS_DEFAULT)));
    int invitations = settings.number("directory.invitations", 0);
    return () -> {
      DirectoryNode node = DirectoryNode.start(config, metrics.fold(DirectoryNode.LOG));
      lines.add("authentication " + node.target());
      node.webPort().ifPresent(port -> lines.add("authentication web port " + port));
      for (int i = 0; i < invitations; i++) {
        lines.add("invitation " + node.createInvitation());
      }
      return node;
    };
  }

  static Optional<WebConfig> web(Settings settings) {
    WebOrigins origins = settings.origins("directory.web.origins");
    Optional<TlsFiles> tls = settings.tls("directory.web");
    if (settings.optional("directory.web.listen").isEmpty()) {
      if (origins != WebOrigins.NONE || tls.isPresent()) {
        throw new SettingsRefused("directory.web.*: directory.web.listen is missing");
      }
      return Optional.empty();
    }
    try {
      return Optional.of(
          WebConfig.of(settings.address("directory.web.listen"), tls, origins)
              .withConnections(
                  ConnectionSettings.read(
                      settings, "directory.web.connections.", WebConfig.CONNECTIONS)));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused("directory.web.listen: " + e.getMessage());
    }
  }

  private Starter gateway(Settings settings, KafkaConnection kafka, LogTopicSpec topics)
      throws IOException {
    GatewayConfig config =
        new GatewayConfig(
            kafka,
            settings.address("gateway.listen"),
            settings.tls("gateway"),
            settings.origins("gateway.web.origins"),
            TokenKey.read(settings.path("gateway.token-key")),
            Optional.of(settings.text("gateway.keystore")),
            settings.tls("gateway.internal"),
            GatewayLimits.DEFAULT
                .withGrace(
                    Duration.ofSeconds(
                        settings.number("gateway.pass-grace-seconds", GRACE_SECONDS_DEFAULT)))
                .withRates(GatewayRates.read(settings))
                .withCredit(GatewaySettings.credit(settings))
                .withConnections(
                    ConnectionSettings.read(
                        settings, "gateway.connections.", ConnectionLimits.DEFAULT))
                .withOpen(GatewaySettings.open(settings)),
            metrics.gateway());
    return () -> {
      LogTopics.ensure(kafka, SequencerNode.LOG, topics);
      GatewayNode node = GatewayNode.start(config);
      metrics.reader(SequencerNode.LOG, node::counts);
      metrics.client(SequencerNode.LOG, node::submissions);
      lines.add("gateway port " + node.port());
      return node;
    };
  }

  private static Registration registration(String value) {
    return switch (value) {
      case "open" -> Registration.OPEN;
      case "by-invitation" -> Registration.BY_INVITATION;
      default ->
          throw new SettingsRefused(
              "directory.registration: '" + value + "' is not open or by-invitation");
    };
  }

  /** What has been started, and where it listens. */
  public void describe(PrintWriter out) {
    lines.forEach(out::println);
    out.println("up; stop it with Ctrl-C");
    out.flush();
  }

  @Override
  public void close() {
    parts.close();
  }
}
