package io.lockstep.deploy.cluster;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The eight clients of a plan, and what they were told. */
final class Traffic implements AutoCloseable {
  private static final Duration ROUND_MAX = Duration.ofMinutes(2);

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<PlannedClient> clients = new ArrayList<>();
  private final Plan plan;
  private final Ledger ledger;
  private final Progress progress;

  Traffic(Cluster cluster, Plan plan) throws IOException {
    this.plan = plan;
    this.ledger = new Ledger(plan);
    this.progress = new Progress(plan.groups());
    ManagedChannel directory = channel(cluster.authenticationPort(), cluster.trust());
    for (int number = 0; number < Plan.CLIENTS; number++) {
      List<ManagedChannel> gateways = new ArrayList<>();
      for (int i = 0; i < Cluster.GATEWAYS; i++) {
        gateways.add(channel(cluster.gatewayPort(i), cluster.trust()));
      }
      clients.add(
          new PlannedClient(
              number,
              plan,
              ledger,
              progress,
              Enrolment.of("client" + number, directory),
              gateways));
    }
  }

  private ManagedChannel channel(int port, String trust) throws IOException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(
                        new ByteArrayInputStream(trust.getBytes(StandardCharsets.US_ASCII)))
                    .protocols("TLSv1.3")
                    .build())
            .build();
    channels.add(channel);
    return channel;
  }

  void start() {
    for (int group = 0; group < plan.groups(); group++) {
      clients.getFirst().create(group);
    }
    clients.forEach(PlannedClient::start);
  }

  Progress progress() {
    return progress;
  }

  /** What is acknowledged from now on is acknowledged in each group, and told to everybody. */
  void awaitRound(String when) {
    List<Long> before =
        IntStream.range(0, plan.groups()).mapToObj(ledger::newestAcknowledged).toList();
    Await.until(
        "each group goes on " + when,
        ROUND_MAX,
        () ->
            IntStream.range(0, plan.groups())
                .allMatch(group -> ledger.newestAcknowledged(group) > before.get(group) + 1));
  }

  /** Throws when something that a client was told contradicts anything else. */
  void judge() {
    List<Long> acknowledged =
        IntStream.range(0, plan.groups()).mapToObj(ledger::newestAcknowledged).toList();
    Await.until(
        "everybody is told what was acknowledged: " + acknowledged,
        ROUND_MAX,
        () -> !ledger.contradictions().isEmpty() || ledger.everybodyHas(acknowledged));
    if (!ledger.contradictions().isEmpty()) {
      throw new AssertionError(String.join("\n", ledger.contradictions()));
    }
  }

  @Override
  public void close() {
    clients.forEach(PlannedClient::close);
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
