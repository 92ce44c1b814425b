package io.lockstep.directory.vertx;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.lockstep.chainlog.vertx.CertificateWatch;
import io.lockstep.chainlog.vertx.ConnectionGuard;
import io.lockstep.chainlog.vertx.ControlFrames;
import io.lockstep.chainlog.vertx.Cors;
import io.lockstep.chainlog.vertx.GuardedTransport;
import io.lockstep.chainlog.vertx.PortCertificate;
import io.lockstep.chainlog.vertx.PortOptions;
import io.lockstep.directory.WebConfig;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpcio.server.GrpcIoServer;
import io.vertx.grpcio.server.GrpcIoServiceBridge;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a gRPC service to browsers: gRPC-Web on HTTP/1.1 and HTTP/2. */
public final class WebEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebEndpoint.class);
  private static final long STEP_SECONDS_MAX = 10;
  private static final long SHUTDOWN_SECONDS_MAX = 3;

  /** Calls that one connection may have open. */
  private static final long CALLS_OF_CONNECTION_MAX = 100;

  private final Vertx vertx;
  private final Cors cors;
  private final Duration callWithin;

  /** Paths of the service's methods. */
  private final Set<String> methods;

  private final HttpServer server;

  private WebEndpoint(Vertx vertx, WebConfig config, int requestBytesMax, BindableService service) {
    this.vertx = vertx;
    this.cors = new Cors(config.origins());
    this.callWithin = config.connections().request();
    this.methods =
        service.bindService().getMethods().stream()
            .map(method -> "/" + method.getMethodDescriptor().getFullMethodName())
            .collect(Collectors.toUnmodifiableSet());
    GrpcServerOptions options = new GrpcServerOptions().setMaxMessageSize(requestBytesMax);
    options.removeEnabledProtocol(GrpcProtocol.HTTP_2);
    options.removeEnabledProtocol(GrpcProtocol.WEB_TEXT);
    options.removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    GrpcIoServer grpc = GrpcIoServer.server(vertx, options);
    grpc.addService(
        GrpcIoServiceBridge.bridge(ServerInterceptors.intercept(service, new OnItsLoop())));
    Optional<PortCertificate> certificate = config.tls().map(PortCertificate::read);
    HttpServerOptions http =
        PortOptions.http(
            config.address(), config.address().getPort(), certificate, CALLS_OF_CONNECTION_MAX);
    this.server =
        vertx
            .createHttpServer(http)
            .connectionHandler(connection -> ControlFrames.count(connection, config.meter()))
            .requestHandler(request -> take(request, grpc));
    certificate.ifPresent(served -> watchCertificate(config, served, http.getSslOptions()));
  }

  /**
   * Listens and serves.
   *
   * @param requestBytesMax largest request message
   */
  public static WebEndpoint start(WebConfig config, int requestBytesMax, BindableService service) {
    Vertx vertx = GuardedTransport.vertx(1, config.connections(), config.meter());
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

  private void watchCertificate(
      WebConfig config, PortCertificate served, ServerSSLOptions options) {
    new CertificateWatch(server, config.tls().orElseThrow(), served, options)
        .lookEvery(config.certificateCheck(), vertx);
  }

  private void take(HttpServerRequest request, GrpcIoServer grpc) {
    if (WebCall.begins(request, vertx, callWithin) && cors.letsIn(request)) {
      if (request.method().equals(HttpMethod.POST) && methods.contains(request.path())) {
        Channel connection = ConnectionGuard.channel(request.connection());
        var _ = request.end().onSuccess(whole -> ConnectionGuard.proven(connection));
      }
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
