package io.lockstep.directory.vertx;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.directory.WebConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpcio.server.GrpcIoServer;
import io.vertx.grpcio.server.GrpcIoServiceBridge;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a gRPC service to browsers: gRPC-Web on HTTP/1.1 and HTTP/2. */
public final class WebEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebEndpoint.class);
  private static final long STEP_SECONDS_MAX = 10;
  private static final long SHUTDOWN_SECONDS_MAX = 3;

  /** A connection that says nothing for so long is closed; nothing is streamed here. */
  private static final int IDLE_SECONDS = 60;

  /** Calls that one connection may have open. */
  private static final long CONCURRENT_STREAMS_MAX = 100;

  private static final int HEADER_BYTES_MAX = 16 << 10;

  private final Vertx vertx;
  private final WebOrigins origins;
  private final HttpServer server;

  private WebEndpoint(Vertx vertx, WebConfig config, int requestBytesMax, BindableService service) {
    this.vertx = vertx;
    this.origins = config.origins();
    GrpcServerOptions options = new GrpcServerOptions().setMaxMessageSize(requestBytesMax);
    options.removeEnabledProtocol(GrpcProtocol.HTTP_2);
    options.removeEnabledProtocol(GrpcProtocol.WEB_TEXT);
    options.removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    GrpcIoServer grpc = GrpcIoServer.server(vertx, options);
    grpc.addService(
        GrpcIoServiceBridge.bridge(ServerInterceptors.intercept(service, new OnItsLoop())));
    this.server =
        vertx.createHttpServer(http(config)).requestHandler(request -> take(request, grpc));
  }

  /**
   * Listens and serves.
   *
   * @param requestBytesMax largest request message
   */
  public static WebEndpoint start(WebConfig config, int requestBytesMax, BindableService service) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    WebEndpoint endpoint = null;
    try {
      endpoint = new WebEndpoint(vertx, config, requestBytesMax, service);
      await(endpoint.server.listen());
      return endpoint;
    } catch (RuntimeException e) {
      await(vertx.close());
      throw e;
    }
  }

  private static HttpServerOptions http(WebConfig config) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.address().getAddress().getHostAddress())
            .setPort(config.address().getPort())
            .setIdleTimeout(IDLE_SECONDS)
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setInitialSettings(
                new Http2Settings()
                    .setMaxConcurrentStreams(CONCURRENT_STREAMS_MAX)
                    .setMaxHeaderListSize(HEADER_BYTES_MAX));
    config
        .tls()
        .ifPresent(
            files ->
                options
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                    .setKeyCertOptions(certificate(files)));
    return options;
  }

  private static PemKeyCertOptions certificate(TlsFiles files) {
    return new PemKeyCertOptions()
        .setCertPath(files.certificateChain().toString())
        .setKeyPath(files.privateKey().toString());
  }

  private void take(HttpServerRequest request, GrpcIoServer grpc) {
    WebOrigins.Verdict verdict = origins.judge(request.method().name(), request::getHeader);
    verdict.headers().forEach(request.response().headers()::set);
    if (verdict.answer().isPresent()) {
      var _ = request.response().setStatusCode(verdict.answer().getAsInt()).end();
    } else {
      grpc.handle(request);
    }
  }

  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    try {
      await(server.shutdown(SHUTDOWN_SECONDS_MAX, TimeUnit.SECONDS));
    } catch (RuntimeException e) {
      LOG.warn("the listener for browsers did not end well", e);
    } finally {
      await(vertx.close());
    }
  }

  private static void await(Future<?> step) {
    try {
      var _ = step.await(STEP_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no end within " + STEP_SECONDS_MAX + " s", e);
    }
  }
}
