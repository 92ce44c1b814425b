package io.lockstep.deploy.node;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * A node's settings file (Java properties). Strict: a setting that nobody asked for is refused by
 * {@link #requireAllUsed}, since it is most likely a misspelt one.
 */
final class Settings {
  private final Map<String, String> values = new HashMap<>();
  private final Set<String> used = new HashSet<>();
  private final Path directory;

  private Settings(Properties properties, Path directory) {
    properties.forEach((key, value) -> values.put(key.toString(), value.toString().strip()));
    this.directory = directory;
  }

  /** Reads a file; relative paths in it are relative to the file's directory. */
  static Settings read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return new Settings(properties, file.toAbsolutePath().getParent());
  }

  String text(String key) {
    return optional(key).orElseThrow(() -> new SettingsRefused(key + " is missing"));
  }

  Optional<String> optional(String key) {
    used.add(key);
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  List<String> list(String key) {
    return List.of(text(key).split("\\s*,\\s*"));
  }

  /** Origins of web pages, comma-separated; none unless it is set. */
  WebOrigins origins(String key) {
    if (optional(key).isEmpty()) {
      return WebOrigins.NONE;
    }
    try {
      return WebOrigins.of(list(key));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused(key + ": " + e.getMessage());
    }
  }

  int number(String key, int otherwise) {
    Optional<String> value = optional(key);
    try {
      return value.map(Integer::parseInt).orElse(otherwise);
    } catch (NumberFormatException e) {
      throw new SettingsRefused(key + " is not a whole number: " + value.orElseThrow());
    }
  }

  Path path(String key) {
    return directory.resolve(text(key));
  }

  InetSocketAddress address(String key) {
    String value = text(key);
    int colon = value.lastIndexOf(':');
    try {
      String host = value.substring(0, colon);
      InetSocketAddress address =
          new InetSocketAddress(host, Integer.parseInt(value.substring(colon + 1)));
      if (address.isUnresolved()) {
        throw new SettingsRefused(key + ": no address for host " + host);
      }
      return address;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SettingsRefused(key + " is not host:port: " + value);
    }
  }

  /** {@code <prefix>.tls.certificate}, {@code .key} and, for mutual TLS, {@code .peers}. */
  Optional<TlsFiles> tls(String prefix) {
    Optional<String> certificate = optional(prefix + ".tls.certificate");
    Optional<String> peers = optional(prefix + ".tls.peers");
    if (certificate.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TlsFiles(
            directory.resolve(certificate.get()),
            path(prefix + ".tls.key"),
            peers.map(directory::resolve)));
  }

  /** All settings below a prefix, without it: handed to Kafka's clients as they are. */
  Map<String, Object> below(String prefix, Set<String> except) {
    Map<String, Object> found = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(prefix) && !except.contains(key)) {
            used.add(key);
            found.put(key.substring(prefix.length()), value);
          }
        });
    return found;
  }

  void requireAllUsed() {
    Set<String> unused = new TreeSet<>(values.keySet());
    unused.removeAll(used);
    if (!unused.isEmpty()) {
      throw new SettingsRefused("unknown, or not for the roles of this node: " + unused);
    }
  }
}
