package io.lockstep.deploy.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir private Path dir;

  @Test
  void aSettingThatNobodyAskedForIsRefusedByName() throws IOException {
    Settings settings = read("roles = gateway\ngateway.listen = 127.0.0.1:1");
    settings.list("roles");

    refused("gateway.listen", settings::requireAllUsed);
  }

  @Test
  void aMissingSettingIsRefusedByName() throws IOException {
    Settings settings = read("a =");

    refused("data is missing", () -> settings.path("data"));
    refused("a is missing", () -> settings.text("a"));
  }

  @Test
  void valuesOfTheWrongKindAreRefused() throws IOException {
    Settings settings = read("n = many\nhost = nowhere\nport = 127.0.0.1:x");

    refused("n is not a whole number: many", () -> settings.number("n", 1));
    refused("host is not host:port", () -> settings.address("host"));
    refused("port is not host:port", () -> settings.address("port"));
  }

  @Test
  void pathsAreRelativeToTheFile() throws IOException {
    assertEquals(dir.resolve("keys/ca.pem"), read("p = keys/ca.pem").path("p"));
  }

  @Test
  void settingsBelowAPrefixAreHandedOnWithoutIt() throws IOException {
    Settings settings = read("kafka.bootstrap = x\nkafka.security.protocol = SSL");

    assertEquals(
        Map.of("security.protocol", "SSL"), settings.below("kafka.", Set.of("kafka.bootstrap")));
  }

  @Test
  void tlsNeedsItsKey() throws IOException {
    Settings settings = read("gateway.tls.certificate = c.pem");

    assertTrue(read("").tls("gateway").isEmpty());
    refused("gateway.tls.key is missing", () -> settings.tls("gateway"));
  }

  private Settings read(String text) throws IOException {
    Path file = dir.resolve("node.properties");
    Files.writeString(file, text);
    return Settings.read(file);
  }

  private static void refused(String part, Executable call) {
    String message = assertThrows(SettingsRefused.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
