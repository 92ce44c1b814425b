package io.lockstep.client.cli;

import io.lockstep.client.ServiceTarget;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * Where a deployment is: a properties file with {@code gateway} and {@code authentication}
 * (host:port), {@code trustAnchor} (PEM file of the Authentication Service) and, unless both are on
 * loopback, {@code tls} (PEM file that their TLS certificates chain to). Relative paths are
 * relative to the file.
 */
public record Profile(ServiceTarget gateway, ServiceTarget authentication, Path trustAnchor) {
  private static final String GATEWAY = "gateway";
  private static final String AUTHENTICATION = "authentication";
  private static final String TRUST_ANCHOR = "trustAnchor";
  private static final String TLS = "tls";

  /** Where the command line client looks when it is told nothing. */
  public static Path defaultPath() {
    return Path.of(System.getProperty("user.home"), ".lockstep", "profile.properties");
  }

  /** Reads a file; IllegalArgumentException names the key that is missing or wrong. */
  public static Profile read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    Path base = file.toAbsolutePath().getParent();
    Optional<Path> tls = Optional.ofNullable(properties.getProperty(TLS)).map(base::resolve);
    return new Profile(
        ServiceTarget.parse(require(properties, GATEWAY, file), tls),
        ServiceTarget.parse(require(properties, AUTHENTICATION, file), tls),
        base.resolve(require(properties, TRUST_ANCHOR, file)));
  }

  /** Replaces the file as a whole: who reads meanwhile reads the old one or the new one. */
  public void write(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(GATEWAY, gateway.toString());
    properties.setProperty(AUTHENTICATION, authentication.toString());
    properties.setProperty(TRUST_ANCHOR, trustAnchor.toAbsolutePath().toString());
    gateway.trust().ifPresent(tls -> properties.setProperty(TLS, tls.toAbsolutePath().toString()));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path directory = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
    try (Writer writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
      properties.store(writer, "Lockstep: where the services are");
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String require(Properties properties, String key, Path file) {
    String value = properties.getProperty(key);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " is missing in " + file);
    }
    return value.strip();
  }
}
