package io.lockstep.gateway.vertx;

import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.DeliveryOuterClass;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.KeysOuterClass;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.admission.SubmitLimits;
import io.lockstep.gateway.log.LoopStreams;
import io.lockstep.gateway.streams.Timers;
import io.lockstep.gateway.token.ClientIdentity;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.grpc.health.HealthService;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpcio.server.GrpcIoServer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One event loop: its HTTP server, its fan-out, its Connect calls. */
final class EdgeLoop extends VerticleBase {
  /** Calls that are ended in one turn. */
  private static final int CALLS_ENDED_MAX = 500;

  private final Edge.Parts parts;
  private final Lifecycle lifecycle;
  private final EdgeServices services;
  private final int port;

  /** In their order: those that came together are on the same connections. */
  private final Set<ConnectCall> calls = new LinkedHashSet<>();

  private LoopStreams streams;
  private Turns turns;

  /** While a call is handed from HTTP to gRPC, which does not tell the number of its stream. */
  private int arriving;

  private HttpServer server;

  EdgeLoop(Edge.Parts parts, Lifecycle lifecycle, int port) {
    this.parts = parts;
    this.lifecycle = lifecycle;
    this.services = new EdgeServices(parts);
    this.port = port;
  }

  @Override
  public Future<?> start() {
    turns = new Turns(((ContextInternal) context).nettyEventLoop());
    streams =
        new LoopStreams(
            parts.hub(),
            parts.owners(),
            task -> context.runOnContext(now -> task.run()),
            turns::afterReading,
            new LoopTimers(),
            parts.limits().fanout(),
            new SharedLimits(parts.rates(), parts.open()),
            parts.meter());
    Optional<EdgeCertificate> certificate = parts.tls().map(EdgeCertificate::read);
    HttpServerOptions options = EdgeOptions.http(parts.address(), port, certificate);
    server = vertx.createHttpServer(options);
    certificate.ifPresent(served -> watch(served, options.getSslOptions()));
    GrpcIoServer grpc = grpc();
    return server
        .connectionHandler(connection -> ControlFrames.count(connection, parts.meter()))
        .requestHandler(request -> take(request, grpc))
        .listen();
  }

  int port() {
    return server.actualPort();
  }

  /** Connections made from then on see a new certificate; those that there are stay. */
  private void watch(EdgeCertificate served, ServerSSLOptions options) {
    CertificateWatch watch =
        new CertificateWatch(server, parts.tls().orElseThrow(), served, options);
    vertx.setPeriodic(parts.limits().certificateCheck().toMillis(), id -> look(watch));
  }

  private static void look(CertificateWatch watch) {
    var _ = watch.look();
  }

  private GrpcIoServer grpc() {
    GrpcServerOptions options = new GrpcServerOptions().setMaxMessageSize(SubmitLimits.REQUEST_MAX);
    options.removeEnabledProtocol(GrpcProtocol.WEB);
    options.removeEnabledProtocol(GrpcProtocol.WEB_TEXT);
    options.removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    GrpcIoServer grpc = GrpcIoServer.server(vertx, options);
    ServiceBinding delivery =
        new ServiceBinding(DeliveryOuterClass.getDescriptor().findServiceByName("Delivery"));
    services.bindTo(delivery, lifecycle);
    delivery.add(DeliveryGrpc.getConnectMethod(), this::connect);
    ServiceBinding keys =
        new ServiceBinding(KeysOuterClass.getDescriptor().findServiceByName("Keys"));
    services.bindKeysTo(keys, lifecycle);
    HealthService health = HealthService.create(vertx);
    for (String name : List.of(DeliveryGrpc.SERVICE_NAME, KeysGrpc.SERVICE_NAME)) {
      health.register(name, () -> Future.succeededFuture(lifecycle.open()));
    }
    grpc.addService(delivery);
    grpc.addService(keys);
    grpc.addService(health);
    grpc.addService(ReflectionService.v1());
    return grpc;
  }

  private void take(HttpServerRequest request, GrpcIoServer grpc) {
    arriving = request.response().streamId();
    grpc.handle(request);
  }

  private void connect(GrpcServerRequest<ConnectRequest, ConnectResponse> request) {
    ClientIdentity identity;
    try {
      lifecycle.checkOpen();
      identity =
          services.identity(
              Caller.of(
                  Optional.ofNullable(request.headers().get("authorization")),
                  request.connection()));
      parts.open().calls().check(identity.clientId());
    } catch (Refused | RuntimeException e) {
      Statuses.end(request.response(), Statuses.of(e));
      return;
    }
    ConnectCall[] self = new ConnectCall[1];
    ConnectCall call =
        new ConnectCall(
            vertx,
            request,
            arriving,
            MergedWriter.of(request.connection(), turns, parts.meter()),
            parts.meter(),
            () -> ended(self[0]));
    self[0] = call;
    calls.add(call);
    parts.meter().connected(1);
    call.begin(identity, streams.fanout(), parts.rates(), parts.open());
  }

  private void ended(ConnectCall call) {
    calls.remove(call);
    parts.meter().connected(-1);
  }

  /** Ends all Connect calls. From any thread. */
  Future<Void> endCalls() {
    return Future.future(done -> turns.afterReading(() -> endSome(done)));
  }

  /** Some in a turn, so that the loop hears its clients meanwhile. */
  private void endSome(Completable<Void> done) {
    if (calls.isEmpty()) {
      done.succeed();
      return;
    }
    List<ConnectCall> some = calls.stream().limit(CALLS_ENDED_MAX).toList();
    turns.together(() -> some.forEach(ConnectCall::shutDown));
    turns.afterReading(() -> endSome(done));
  }

  /** Lets what is on its way out get there, for so long at most. */
  Future<Void> shutDown(long millis) {
    return server.shutdown(millis, TimeUnit.MILLISECONDS);
  }

  private final class LoopTimers implements Timers {
    @Override
    public long nowMillis() {
      return System.currentTimeMillis();
    }

    @Override
    public void later(long millis, Runnable task) {
      if (millis <= 0) {
        context.runOnContext(now -> task.run());
      } else {
        vertx.setTimer(millis, id -> task.run());
      }
    }
  }
}
