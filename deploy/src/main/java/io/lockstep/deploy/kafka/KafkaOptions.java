package io.lockstep.deploy.kafka;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.deploy.node.KafkaSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which Kafka a tool looks at. */
final class KafkaOptions {
  private static final int CONNECT_MILLIS_MAX = 500;

  @ArgGroup private Where where = new Where();

  private static final class Where {
    @Option(
        names = "--kafka",
        paramLabel = "HOST:PORT",
        description = "Bootstrap servers of a Kafka without TLS.")
    private String bootstrap;

    @Option(
        names = "--settings",
        paramLabel = "FILE",
        description = "A node's settings file: its kafka.* and topics.* are used.")
    private Path settings;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description =
            "Data of './lockstep up', running or not (default: .lockstep in the source"
                + " directory).")
    private Path data;
  }

  /**
   * A Kafka that can be reached.
   *
   * @param settings of the node, if a settings file was given
   * @param isEmbedded whether it is that of {@code ./lockstep up}
   * @param isRunningAnyway false when it was started for this command
   */
  record Reached(
      KafkaConnection connection,
      Optional<KafkaSettings> settings,
      boolean isEmbedded,
      boolean isRunningAnyway,
      Runnable closing)
      implements AutoCloseable {
    @Override
    public void close() {
      closing.run();
    }
  }

  Reached reach() throws IOException {
    if (where.bootstrap != null) {
      return running(KafkaConnection.to(where.bootstrap), Optional.empty(), false);
    }
    if (where.settings != null) {
      KafkaSettings settings = KafkaSettings.read(where.settings);
      return running(settings.connection(), Optional.of(settings), false);
    }
    return embedded(
        where.data == null
            ? Path.of(System.getProperty("lockstep.root", "."), ".lockstep")
            : where.data);
  }

  private static Reached running(
      KafkaConnection kafka, Optional<KafkaSettings> settings, boolean embedded) {
    return new Reached(kafka, settings, embedded, true, () -> {});
  }

  /** A broker that runs on the directory is used; without one it is started for a while. */
  private static Reached embedded(Path data) throws IOException {
    Path kafka = data.resolve("kafka");
    Path port = kafka.resolve("port");
    if (!Files.exists(port)) {
      throw new IOException(
          "there is no Kafka data in " + data + "; name one with --data, --kafka or --settings");
    }
    int last = Integer.parseInt(Files.readString(port).strip());
    if (isListening(last)) {
      return running(KafkaConnection.to("127.0.0.1:" + last), Optional.empty(), true);
    }
    EmbeddedBroker broker = EmbeddedBroker.start(kafka);
    return new Reached(broker.connection(), Optional.empty(), true, false, broker::close);
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS_MAX);
      return true;
    } catch (IOException nobody) {
      return false;
    }
  }
}
