package io.lockstep.deploy.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.lockstep.deploy.node.LocalNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The TypeScript example of {@code client-grpc}, built and served on loopback. */
final class ExamplePage implements AutoCloseable {
  private static final Path EXAMPLE = Path.of("..", "client-grpc", "examples", "typescript");
  private static final Duration INSTALL_MAX = Duration.ofMinutes(4);
  private static final Duration BUILD_MAX = Duration.ofMinutes(2);
  private static final int NODE_VERSION_MIN = 20;
  private static final int OK = 200;

  private final HttpServer server;

  private ExamplePage(HttpServer server) {
    this.server = server;
  }

  /**
   * Builds the page and serves it, as yet without saying where the services are.
   *
   * @throws Tool.Missing if this machine has no Node.js, or the packages cannot be had
   */
  static ExamplePage build() throws Tool.Missing, IOException {
    String version = Tool.run(EXAMPLE, BUILD_MAX, List.of("node", "--version"));
    if (Integer.parseInt(version.substring(1, version.indexOf('.'))) < NODE_VERSION_MIN) {
      throw new Tool.Missing("Node.js " + version + " is too old");
    }
    if (!installed()) {
      var _ = Tool.run(EXAMPLE, INSTALL_MAX, List.of("npm", "ci", "--prefer-offline"));
    }
    try {
      var _ = Tool.run(EXAMPLE, BUILD_MAX, List.of("npm", "run", "build"));
    } catch (Tool.Missing e) {
      throw new AssertionError("the example does not build: " + e.getMessage(), e);
    }
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/", SimpleFileServer.createFileHandler(EXAMPLE.resolve("dist").toRealPath()));
    server.start();
    return new ExamplePage(server);
  }

  /** Whether what the lock file says was installed after it was last changed. */
  private static boolean installed() throws IOException {
    Path mark = EXAMPLE.resolve("node_modules").resolve(".package-lock.json");
    return Files.exists(mark)
        && Files.getLastModifiedTime(mark)
                .compareTo(Files.getLastModifiedTime(EXAMPLE.resolve("package-lock.json")))
            >= 0;
  }

  String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Tells the page where the services are. */
  void deploy(LocalNode node) throws IOException {
    byte[] deployment =
        new ObjectMapper()
            .writeValueAsBytes(
                Map.of(
                    "gateway", "http://" + node.gatewayTarget(),
                    "authentication", "http://" + node.authenticationWebTarget().orElseThrow(),
                    "trustAnchor",
                        Files.readString(node.trustAnchor(), StandardCharsets.US_ASCII)));
    server.createContext(
        "/deployment.json",
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(OK, deployment.length);
            exchange.getResponseBody().write(deployment);
          }
        });
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
