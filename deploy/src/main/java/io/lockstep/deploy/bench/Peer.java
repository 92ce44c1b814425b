package io.lockstep.deploy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Other servers that push messages to subscribers, as Debian's packages install them. */
enum Peer {
  NATS("nats-server") {
    // No pings meanwhile, and nobody is cut off for being slow.
    @Override
    String settings(int port) {
      return """
      host: "127.0.0.1"
      port: %d
      max_connections: 100000
      max_pending: 268435456
      write_deadline: "60s"
      ping_interval: "1h"
      """
          .formatted(port);
    }

    @Override
    LoadProtocol subscriber(int streams) {
      return NatsConnection.protocol(streams);
    }

    @Override
    byte[] greeting() {
      return NatsConnection.greeting();
    }

    @Override
    byte[] publish(int bytes) {
      return NatsConnection.publish(bytes);
    }
  },
  MOSQUITTO("mosquitto") {
    @Override
    String settings(int port) {
      return """
      listener %d 127.0.0.1
      allow_anonymous true
      persistence false
      max_queued_messages 0
      set_tcp_nodelay true
      log_dest none
      """
          .formatted(port);
    }

    @Override
    LoadProtocol subscriber(int streams) {
      return MqttConnection.protocol(streams);
    }

    @Override
    byte[] greeting() {
      return MqttConnection.greeting();
    }

    @Override
    byte[] publish(int bytes) {
      return MqttConnection.publish(bytes);
    }
  },
  REDIS("redis-server") {
    @Override
    List<String> arguments(Path settings) {
      return List.of(settings.toString());
    }

    @Override
    String settings(int port) {
      return """
      bind 127.0.0.1
      port %d
      save ""
      appendonly no
      maxclients 19000
      client-output-buffer-limit pubsub 0 0 0
      logfile "/dev/null"
      """
          .formatted(port);
    }

    @Override
    LoadProtocol subscriber(int streams) {
      return RedisConnection.protocol(streams);
    }

    @Override
    byte[] greeting() {
      return new byte[0];
    }

    @Override
    byte[] publish(int bytes) {
      return RedisConnection.publish(bytes);
    }
  };

  /** Where Debian has servers, beside the PATH. */
  private static final List<String> SERVER_DIRS = List.of("/usr/sbin", "/usr/local/sbin");

  private final String command;

  Peer(String command) {
    this.command = command;
  }

  /** As in the identifiers of results. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Debian's package is named as its program is. */
  String debianPackage() {
    return command;
  }

  /** Empty when it is not installed. */
  Optional<Path> program() {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)),
            SERVER_DIRS.stream())
        .map(dir -> Path.of(dir, command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  List<String> arguments(Path settings) {
    return List.of("-c", settings.toString());
  }

  /** Of a server that keeps nothing and serves loopback only. */
  abstract String settings(int port);

  abstract LoadProtocol subscriber(int streams);

  /** What a publisher's connection begins with. */
  abstract byte[] greeting();

  /** One message of so many bytes to all subscribers. */
  abstract byte[] publish(int bytes);
}
