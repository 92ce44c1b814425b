package io.lockstep.deploy.bench;

import io.lockstep.gateway.GatewayLimits;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.OpenLimits;
import io.lockstep.gateway.admission.Rate;
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

/** The gateway: its own edge, event loop and fan-out, fed with entries instead of by Kafka. */
final class GatewayFanout implements FanoutServer {
  /** The load client says that all its streams are one client's. */
  private static final Rate ANY = new Rate(1_000_000, 1_000_000);

  private static final int ALL = 1_000_000;

  private final FedGroup group = new FedGroup();
  private final Submissions submissions;
  private final LogHub hub;
  private final Edge edge;

  GatewayFanout(byte[] tokenKey) {
    GroupViews views = new GroupViews(group, 1);
    hub = new LogHub(FedGroup.PARTITIONS, partition -> -1, views);
    submissions =
        new Submissions(
            command -> CompletableFuture.failedFuture(new IllegalStateException("nobody submits")),
            1);
    GatewayLimits limits =
        GatewayLimits.DEFAULT
            .withEventLoops(1)
            .withRates(RateLimits.DEFAULT.withClientAttaches(ANY))
            .withOpen(new OpenLimits(ALL, ALL, ALL, ALL, ALL));
    edge =
        Edge.start(
            new Edge.Parts(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                new TokenVerifier(TokenKey.of(tokenKey)),
                views,
                submissions,
                new GroupInfos(group),
                Optional.empty(),
                hub,
                group,
                new Rates(limits.rates(), System::nanoTime, new byte[32]),
                new OpenCounts(limits.open()),
                GatewayMeter.NONE,
                limits));
  }

  @Override
  public int port() {
    return edge.port();
  }

  @Override
  public void push(int bytes) {
    hub.onEntry(group.append(bytes));
  }

  @Override
  public void close() {
    edge.close();
    submissions.close();
  }
}
