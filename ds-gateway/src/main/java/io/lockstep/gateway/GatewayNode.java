package io.lockstep.gateway;

import static io.lockstep.gateway.log.StreamFormat.FORMAT;
import static io.lockstep.gateway.log.StreamFormat.LOG;

import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogClientCounts;
import io.lockstep.chainlog.kafka.LogClientLimits;
import io.lockstep.chainlog.kafka.ReaderCounts;
import io.lockstep.gateway.admission.OpenCounts;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.grpc.KeysForwarding;
import io.lockstep.gateway.grpc.ServiceChannels;
import io.lockstep.gateway.log.GroupInfos;
import io.lockstep.gateway.log.GroupViews;
import io.lockstep.gateway.log.LogHub;
import io.lockstep.gateway.log.Owners;
import io.lockstep.gateway.log.Submissions;
import io.lockstep.gateway.token.TokenVerifier;
import io.lockstep.gateway.vertx.Edge;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. */
public final class GatewayNode implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(GatewayNode.class);
  private static final int SUBMIT_BUFFER_BYTES = 64 << 20;

  /** Closed last to first. */
  private final Deque<AutoCloseable> running = new ArrayDeque<>();

  private final int port;
  private ChainedReader<StreamEntry> reader;
  private LogClient<StreamCommand, StreamEntry> log;

  private GatewayNode(GatewayConfig config) {
    try {
      this.port = begin(config, keep(new ServiceChannels(config.internalTls())));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private int begin(GatewayConfig config, ServiceChannels channels) {
    GatewayLimits limits = config.limits();
    reader = keep(ChainedReader.<StreamEntry>start(config.kafka(), LOG, FORMAT));
    log =
        keep(
            LogClient.start(
                config.kafka(),
                FORMAT,
                reader,
                new LogClientLimits(
                    limits.answerTimeout(), limits.pendingMax(), SUBMIT_BUFFER_BYTES)));
    var ownerClient =
        keep(
            OwnerClient.<StreamState, StreamEntry>start(
                config.kafka(),
                LOG,
                Codec.proto(StreamState.parser()),
                FORMAT.entries(),
                channels::to,
                limits.ownerTimeout()));
    Owners owners = new Owners(ownerClient, reader::readTo);
    GroupViews views = new GroupViews(owners, limits.groupViewsMax());
    LogHub hub = new LogHub(reader.partitions(), reader::readTo, views);
    reader.addListener(hub);
    keep(() -> reader.removeListener(hub));
    Submissions submissions = keep(new Submissions(log::submit, limits.pendingMax()));
    Optional<KeysForwarding> keys =
        config
            .keyStore()
            .map(target -> keep(new KeysForwarding(channels.to(target), limits.ownerTimeout())));
    Edge edge =
        keep(
            Edge.start(
                new Edge.Parts(
                    config.address(),
                    config.tls(),
                    config.web(),
                    new TokenVerifier(config.tokenKey()),
                    views,
                    submissions,
                    new GroupInfos(owners),
                    keys,
                    hub,
                    owners,
                    rates(limits),
                    new OpenCounts(limits.open()),
                    config.meter(),
                    limits)));
    return edge.port();
  }

  private static Rates rates(GatewayLimits limits) {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    long began = System.nanoTime();
    return new Rates(limits.rates(), () -> System.nanoTime() - began, secret);
  }

  /** Returns when clients are served. */
  public static GatewayNode start(GatewayConfig config) {
    GatewayNode node = new GatewayNode(config);
    LOGGER.info("gateway serves on {} port {}", config.address().getHostString(), node.port());
    return node;
  }

  /** What this gateway has read of the log since it started. */
  public ReaderCounts counts() {
    return reader.counts();
  }

  /** What became of the submissions that it has handed in, and how many are on their way. */
  public LogClientCounts submissions() {
    return log.counts();
  }

  public int port() {
    return port;
  }

  private <T extends AutoCloseable> T keep(T part) {
    running.push(part);
    return part;
  }

  /** Ends every call with SHUTTING_DOWN; in bounded time, also when Kafka is away. */
  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        LOGGER.warn("a part of the gateway did not close well", e);
      }
    }
  }
}
