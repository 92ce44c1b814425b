package io.lockstep.deploy.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.directory.WebConfig;
import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.streams.CreditLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void limitsOfAGatewayAreReadAndRefusedByName() throws IOException {
    Settings settings =
        read(
            """
            gateway.credit.entries = 16
            gateway.connections.per-address = 7
            gateway.connections.idle-seconds = 60
            gateway.connections.proxies = 192.0.2.1, 2001:db8::1
            """);

    assertEquals(new CreditLimits(16, 1 << 20), GatewaySettings.credit(settings));
    ConnectionLimits limits = gatewayConnections(settings);
    settings.requireAllUsed();
    assertEquals(7, limits.perAddressMax());
    assertEquals(Duration.ofMinutes(1), limits.idle());
    assertEquals(2, limits.proxies().size());
    assertEquals(ConnectionLimits.DEFAULT.max(), limits.max());
    refused("gateway.connections.*", () -> gatewayConnections(read("gateway.connections.max = 0")));
    refused("gateway.credit.*", () -> GatewaySettings.credit(read("gateway.credit.bytes = 0")));
  }

  private static ConnectionLimits gatewayConnections(Settings settings) {
    return ConnectionSettings.read(settings, "gateway.connections.", ConnectionLimits.DEFAULT);
  }

  @Test
  void limitsOfAGroupAreRead() throws IOException {
    Settings settings = read("gateway.open.group-streams = 7\ngateway.rate.group-attaches = 5, 50");

    assertEquals(7, GatewaySettings.open(settings).groupStreams());
    assertEquals(new Rate(5, 50), GatewayRates.read(settings).of(RateLimit.GROUP_ATTACHES));
    settings.requireAllUsed();
  }

  @Test
  void pagesThatMayCallAreNamedByOrigins() throws IOException {
    WebOrigins origins =
        read("gateway.web.origins = https://a.example, http://127.0.0.1:8080")
            .origins("gateway.web.origins");

    assertTrue(letsIn(origins, "https://a.example"));
    assertTrue(letsIn(origins, "http://127.0.0.1:8080"));
    assertFalse(letsIn(origins, "http://a.example"));
    assertFalse(letsIn(read("").origins("gateway.web.origins"), "https://a.example"));
    refused(
        "gateway.web.origins",
        () -> read("gateway.web.origins = a.example").origins("gateway.web.origins"));
  }

  private static boolean letsIn(WebOrigins origins, String page) {
    Map<String, String> headers = Map.of("origin", page);
    return origins.judge("POST", headers::get).answer().isEmpty();
  }

  @Test
  void theWebPortOfTheDirectoryNeedsAnAddress() throws IOException {
    assertTrue(RoleNode.web(read("")).isEmpty());
    refused(
        "directory.web.listen is missing",
        () -> RoleNode.web(read("directory.web.origins = https://a.example")));
    refused(
        "directory.web.listen", () -> RoleNode.web(read("directory.web.listen = 192.0.2.1:7402")));
    WebConfig web = RoleNode.web(read("directory.web.listen = 127.0.0.1:7402")).orElseThrow();
    assertEquals(7402, web.address().getPort());
    assertEquals(WebConfig.CONNECTIONS, web.connections());
  }

  @Test
  void limitsOfTheWebPortOfTheDirectoryAreReadAndRefusedByName() throws IOException {
    String listen = "directory.web.listen = 127.0.0.1:7402\ndirectory.web.connections.";
    Settings settings = read(listen + "per-address = 7");
    assertEquals(7, RoleNode.web(settings).orElseThrow().connections().perAddressMax());
    settings.requireAllUsed();
    refused("directory.web.connections.*", () -> RoleNode.web(read(listen + "max = 0")));
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
