package io.lockstep.gateway.vertx;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.DeliveryOuterClass;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.KeysOuterClass;
import io.lockstep.api.v1.ListenRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.vertx.CertificateWatch;
import io.lockstep.chainlog.vertx.ConnectionGuard;
import io.lockstep.chainlog.vertx.ControlFrames;
import io.lockstep.chainlog.vertx.Cors;
import io.lockstep.chainlog.vertx.PortCertificate;
import io.lockstep.chainlog.vertx.PortOptions;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.admission.SubmitLimits;
import io.lockstep.gateway.log.LoopStreams;
import io.lockstep.gateway.streams.Timers;
import io.lockstep.gateway.token.ClientIdentity;
import io.netty.channel.Channel;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.grpc.common.GrpcMediaType;
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
import java.util.function.Consumer;
import java.util.function.Function;

/** One event loop: its HTTP server, its fan-out, its Connect and Listen calls. */
final class EdgeLoop extends VerticleBase {
  /** Calls that one connection may have open. */
  private static final long CALLS_OF_CONNECTION_MAX = 1_000;

  /** Calls that are ended in one turn. */
  private static final int CALLS_ENDED_MAX = 500;

  private final Edge.Parts parts;
  private final Lifecycle lifecycle;
  private final EdgeServices services;
  private final OpenedCalls opened;
  private final Cors cors;
  private final int port;

  /** In their order: those that came together are on the same connections. */
  private final Set<ConnectCall> calls = new LinkedHashSet<>();

  private LoopStreams streams;
  private Turns turns;

  /** While a call is handed from HTTP to gRPC, which does not tell the number of its stream. */
  private int arriving;

  private HttpServer server;

  EdgeLoop(Edge.Parts parts, Lifecycle lifecycle, OpenedCalls opened, int port) {
    this.parts = parts;
    this.lifecycle = lifecycle;
    this.opened = opened;
    this.services = new EdgeServices(parts, opened);
    this.cors = new Cors(parts.web());
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
    Optional<PortCertificate> certificate = parts.tls().map(PortCertificate::read);
    HttpServerOptions options =
        PortOptions.http(parts.address(), port, certificate, CALLS_OF_CONNECTION_MAX);
    server = vertx.createHttpServer(options);
    certificate.ifPresent(served -> watch(served, options.getSslOptions()));
    GrpcIoServer grpc = grpc();
    return server
        .connectionHandler(this::serve)
        .requestHandler(request -> take(request, grpc))
        .listen();
  }

  int port() {
    return server.actualPort();
  }

  /** Connections made from then on see a new certificate; those that there are stay. */
  private void watch(PortCertificate served, ServerSSLOptions options) {
    new CertificateWatch(server, parts.tls().orElseThrow(), served, options)
        .lookEvery(parts.limits().certificateCheck(), vertx);
  }

  private GrpcIoServer grpc() {
    GrpcServerOptions options = new GrpcServerOptions().setMaxMessageSize(SubmitLimits.REQUEST_MAX);
    options.removeEnabledProtocol(GrpcProtocol.WEB_TEXT);
    options.removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    GrpcIoServer grpc = GrpcIoServer.server(vertx, options);
    ServiceBinding delivery =
        new ServiceBinding(DeliveryOuterClass.getDescriptor().findServiceByName("Delivery"));
    services.bindTo(delivery, lifecycle);
    delivery.add(DeliveryGrpc.getConnectMethod(), this::connect);
    delivery.add(DeliveryGrpc.getListenMethod(), this::listen);
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
    if (request.version() != HttpVersion.HTTP_2) {
      Channel connection = ConnectionGuard.channel(request.connection());
      ConnectionGuard.calls(connection, 1);
      request.response().endHandler(over -> ConnectionGuard.calls(connection, -1));
    }
    if (cors.letsIn(request)) {
      arriving = request.response().streamId();
      grpc.handle(request);
    }
  }

  private void serve(HttpConnection connection) {
    ControlFrames.count(connection, parts.meter());
    ConnectStreams.serve(
        connection, (stream, authorization) -> connect(connection, stream, authorization));
  }

  private void connect(
      HttpConnection connection, ConnectStream stream, Optional<String> authorization) {
    try {
      ClientIdentity identity = admitted(Caller.of(authorization, connection));
      MergedWriter writer = MergedWriter.of(connection, turns, parts.meter());
      begin(
          call(stream, roomAgain -> writer.output(stream.id(), roomAgain), this::ended), identity);
    } catch (Refused | RuntimeException e) {
      stream.end(Statuses.of(e));
    }
  }

  /** The few that {@link ConnectStreams} leaves to Vert.x. */
  private void connect(GrpcServerRequest<ConnectRequest, ConnectResponse> request) {
    try {
      ClientIdentity identity = admitted(caller(request));
      VertxStream stream = new VertxStream(request);
      ConnectCall call = call(stream, output(request, arriving), this::ended);
      begin(call, identity);
      stream.hear(call);
    } catch (Refused | RuntimeException e) {
      Statuses.end(request.response(), Statuses.of(e));
    }
  }

  /** Who it is, is asked when the request is whole: the token must be good then. */
  private void listen(GrpcServerRequest<ListenRequest, ConnectResponse> request) {
    int streamId = arriving;
    new OneMessage<>(
            request,
            ListenRequest.parser(),
            parts.limits().connections().request(),
            new OneMessage.Taker<>() {
              @Override
              public void message(ListenRequest message) {
                try {
                  ClientIdentity identity = admitted(caller(request));
                  if (message.getAttachCount() > SubmitLimits.FRAMES_MAX) {
                    throw new Refused(
                        Reason.INVALID_FIELD,
                        "attach must not be more than " + SubmitLimits.FRAMES_MAX);
                  }
                  opened(request, streamId, identity, message);
                } catch (Refused | RuntimeException e) {
                  failed(e);
                }
              }

              @Override
              public void failed(Throwable why) {
                Statuses.end(request.response(), Statuses.of(why));
              }

              @Override
              public void gone() {}
            })
        .read();
  }

  private void opened(
      GrpcServerRequest<?, ConnectResponse> request,
      int streamId,
      ClientIdentity identity,
      ListenRequest message) {
    ByteString[] id = {ByteString.EMPTY};
    VertxStream stream = new VertxStream(request);
    ConnectCall call =
        call(
            stream,
            output(request, streamId),
            ended -> {
              ended(ended);
              opened.ended(id[0]);
            });
    begin(call, identity);
    stream.hearNothing();
    id[0] = opened.opened(identity, context, call);
    call.opened(id[0], message.getAttachList());
  }

  private static Caller caller(GrpcServerRequest<?, ?> request) {
    return Caller.of(
        Optional.ofNullable(request.headers().get("authorization")), request.connection());
  }

  /** Whose call it is, if one more may be. */
  private ClientIdentity admitted(Caller caller) throws Refused {
    lifecycle.checkOpen();
    ClientIdentity identity = services.identity(caller);
    parts.open().calls().check(identity.clientId());
    return identity;
  }

  private ConnectCall call(
      CallStream stream, Function<Runnable, Output> output, Consumer<ConnectCall> onEnd) {
    return new ConnectCall(stream, output, turns, parts.meter(), onEnd);
  }

  private Function<Runnable, Output> output(
      GrpcServerRequest<?, ConnectResponse> request, int streamId) {
    if (GrpcMediaType.isGrpcWeb(request.headers().get(HttpHeaders.CONTENT_TYPE))) {
      return roomAgain -> new WebOutput(request.response(), roomAgain);
    }
    MergedWriter writer = MergedWriter.of(request.connection(), turns, parts.meter());
    return roomAgain -> writer.output(streamId, roomAgain);
  }

  private void begin(ConnectCall call, ClientIdentity identity) {
    calls.add(call);
    parts.meter().connected(1);
    call.begin(identity, streams.fanout(), parts.rates(), parts.open());
  }

  private void ended(ConnectCall call) {
    calls.remove(call);
    parts.meter().connected(-1);
  }

  /** Ends all Connect and Listen calls. From any thread. */
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
        turns.afterReading(task);
      } else {
        vertx.setTimer(millis, id -> task.run());
      }
    }
  }
}
