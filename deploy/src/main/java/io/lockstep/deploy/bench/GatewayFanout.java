package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.gateway.GatewayLimits;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.OpenLimits;
import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.admission.RateLimits;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.log.GroupInfos;
import io.lockstep.gateway.log.GroupViews;
import io.lockstep.gateway.log.LogHub;
import io.lockstep.gateway.log.Submissions;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.token.TokenKey;
import io.lockstep.gateway.token.TokenVerifier;
import io.lockstep.gateway.vertx.Edge;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The gateway: its own edge, event loops and fan-out, fed with entries instead of by Kafka. */
final class GatewayFanout implements PushingServer {
  /** The load client says that all its streams are one client's, and few groups stand for many. */
  private static final Rate ANY = new Rate(1_000_000, 1_000_000);

  private static final int ALL = 1_000_000;

  private final FedLog log = new FedLog(FanoutServerProcess.GROUPS);
  private final LogHub hub;
  private final Edge edge;

  static GatewayFanout plaintext(byte[] tokenKey, int eventLoops) {
    return new GatewayFanout(tokenKey, eventLoops, Optional.empty());
  }

  static GatewayFanout overTls(byte[] tokenKey, TlsFiles files) {
    return new GatewayFanout(tokenKey, 1, Optional.of(files));
  }

  private GatewayFanout(byte[] tokenKey, int eventLoops, Optional<TlsFiles> tls) {
    GroupViews views = new GroupViews(log, 1);
    hub = new LogHub(FedLog.PARTITIONS, partition -> -1, views);
    Submissions submissions =
        new Submissions(
            command -> CompletableFuture.failedFuture(new IllegalStateException("nobody submits")),
            1);
    GatewayLimits limits = limits(eventLoops);
    edge =
        Edge.start(
            new Edge.Parts(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls,
                WebOrigins.NONE,
                new TokenVerifier(TokenKey.of(tokenKey)),
                views,
                submissions,
                new GroupInfos(log),
                Optional.empty(),
                hub,
                log,
                new Rates(limits.rates(), System::nanoTime, new byte[32]),
                new OpenCounts(limits.open()),
                GatewayMeter.NONE,
                limits));
  }

  /** As they are, but for what one client may do: here one stands for all. */
  static GatewayLimits limits(int eventLoops) {
    return GatewayLimits.DEFAULT
        .withEventLoops(eventLoops)
        .withRates(
            RateLimits.DEFAULT
                .with(RateLimit.CLIENT_ATTACHES, ANY)
                .with(RateLimit.CLIENT_SUBMITS, ANY)
                .with(RateLimit.GROUP_SUBMITS, ANY))
        .withOpen(new OpenLimits(ALL, ALL, ALL, ALL, ALL));
  }

  @Override
  public int port() {
    return edge.port();
  }

  /** One at a time, as the reader of a log does it. */
  @Override
  public synchronized void push(int group, int bytes) {
    hub.onEntry(log.append(group, bytes));
  }

  @Override
  public synchronized void commit(int group, int bytes) {
    hub.onEntry(log.commit(group, bytes));
  }
}
