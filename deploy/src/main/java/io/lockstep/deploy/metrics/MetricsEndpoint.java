package io.lockstep.deploy.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** {@code GET /metrics} for Prometheus. Without TLS on loopback only. */
public final class MetricsEndpoint implements AutoCloseable {
  private static final String PATH = "/metrics";
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private MetricsEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * Serves until closed.
   *
   * @param tls with {@code peerTrust} only callers are answered that have a certificate of theirs
   * @throws IllegalArgumentException for a plain listener outside loopback
   */
  public static MetricsEndpoint start(
      InetSocketAddress address, Optional<TlsFiles> tls, NodeMetrics metrics) throws IOException {
    if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "metrics.listen: without metrics.tls.certificate only loopback is served, not "
              + address.getHostString());
    }
    HttpServer server =
        tls.isPresent() ? secured(address, tls.get()) : HttpServer.create(address, 0);
    MetricsEndpoint endpoint = new MetricsEndpoint(server);
    server.setExecutor(endpoint.threads);
    server.createContext("/", exchange -> answer(exchange, metrics));
    server.start();
    return endpoint;
  }

  private static HttpServer secured(InetSocketAddress address, TlsFiles tls) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(tls.certificateChain().toFile(), tls.privateKey().toFile())
            .sslProvider(SslProvider.JDK);
    tls.peerTrust().ifPresent(peers -> builder.trustManager(peers.toFile()));
    SSLContext context = ((JdkSslContext) builder.build()).context();
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters connection) {
            SSLParameters parameters = context.getDefaultSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setNeedClientAuth(tls.peerTrust().isPresent());
            connection.setSSLParameters(parameters);
          }
        });
    return server;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, NodeMetrics metrics) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(NOT_FOUND, -1);
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(NOT_ALLOWED, -1);
      } else {
        byte[] body = metrics.scrape().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        exchange.sendResponseHeaders(OK, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
