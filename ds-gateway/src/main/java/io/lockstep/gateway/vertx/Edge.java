package io.lockstep.gateway.vertx;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.vertx.GuardedTransport;
import io.lockstep.gateway.GatewayLimits;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.grpc.KeysForwarding;
import io.lockstep.gateway.log.GroupInfos;
import io.lockstep.gateway.log.GroupViews;
import io.lockstep.gateway.log.LogHub;
import io.lockstep.gateway.log.OwnerQueries;
import io.lockstep.gateway.log.Submissions;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.token.TokenVerifier;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening side of the gateway: one port, served by some event loops. */
public final class Edge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Edge.class);
  private static final long START_SECONDS_MAX = 30;

  /** Unary calls that are running may finish; a submission is answered or unknown by then. */
  private static final long DRAIN_MILLIS_MAX = 3_000;

  private static final long SHUTDOWN_MILLIS_MAX = 2_000;

  /** Vert.x gives servers with the same negative port one free port that they share. */
  private static final int FREE_PORT = -1;

  private final Vertx vertx;
  private final Submissions submissions;
  private final Lifecycle lifecycle = new Lifecycle();
  private final List<EdgeLoop> loops = new ArrayList<>();

  /** What the calls are served with; all of it stays the caller's. */
  public record Parts(
      InetSocketAddress address,
      Optional<TlsFiles> tls,
      WebOrigins web,
      TokenVerifier tokens,
      GroupViews views,
      Submissions submissions,
      GroupInfos groupInfos,
      Optional<KeysForwarding> keys,
      LogHub hub,
      OwnerQueries owners,
      Rates rates,
      OpenCounts open,
      GatewayMeter meter,
      GatewayLimits limits) {}

  private Edge(Vertx vertx, Submissions submissions) {
    this.vertx = vertx;
    this.submissions = submissions;
  }

  public static Edge start(Parts parts) {
    int count = parts.limits().eventLoops();
    Edge edge = new Edge(vertx(parts, count), parts.submissions());
    OpenedCalls calls = new OpenedCalls(parts.rates());
    try {
      int port = parts.address().getPort() == 0 ? FREE_PORT : parts.address().getPort();
      for (int i = 0; i < count; i++) {
        EdgeLoop loop = new EdgeLoop(parts, edge.lifecycle, calls, port);
        await(edge.vertx.deployVerticle(loop), START_SECONDS_MAX);
        edge.loops.add(loop);
      }
      return edge;
    } catch (RuntimeException e) {
      edge.close();
      throw e;
    }
  }

  private static Vertx vertx(Parts parts, int eventLoops) {
    return GuardedTransport.vertx(eventLoops, parts.limits().connections(), parts.meter());
  }

  public int port() {
    return loops.getFirst().port();
  }

  /** Ends all calls with SHUTTING_DOWN, and the server, in bounded time. */
  @Override
  public void close() {
    lifecycle.close();
    try {
      lifecycle.awaitIdle(DRAIN_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    submissions.abandon();
    await(Future.all(loops.stream().map(EdgeLoop::endCalls).toList()));
    await(Future.all(loops.stream().map(loop -> loop.shutDown(SHUTDOWN_MILLIS_MAX)).toList()));
    await(vertx.close());
  }

  private static void await(Future<?> step) {
    try {
      await(step, TimeUnit.MILLISECONDS.toSeconds(DRAIN_MILLIS_MAX + SHUTDOWN_MILLIS_MAX));
    } catch (RuntimeException e) {
      LOG.warn("a step of the shutdown did not end well", e);
    }
  }

  private static void await(Future<?> step, long seconds) {
    try {
      var _ = step.await(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no end within " + seconds + " s", e);
    }
  }
}
