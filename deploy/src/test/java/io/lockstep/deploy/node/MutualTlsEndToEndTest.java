package io.lockstep.deploy.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.LoopbackPorts;
import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.internal.v1.GetStateRequest;
import io.lockstep.internal.v1.OwnerGrpc;
import io.lockstep.mls.GroupId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All ports between services with mutual TLS: what a deployment does, and who is kept out. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MutualTlsEndToEndTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MESSAGES = 5;

  @TempDir private Path dir;
  private final List<Integer> ports =
      IntStream.range(0, 6).mapToObj(_ -> LoopbackPorts.free()).toList();

  @Test
  void aGatewayReachesEveryServiceAndNobodyElseDoes() throws Exception {
    TlsFiles services = certificate("services");
    TlsFiles gateway = certificate("gateway");
    TlsFiles stranger = certificate("stranger");
    Path known =
        Files.write(
            dir.resolve("known.pem"),
            List.of(
                Files.readString(services.certificateChain()),
                Files.readString(gateway.certificateChain())));
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
        RoleNode _ = RoleNode.start(services(broker.bootstrap(), services, known));
        RoleNode _ =
            RoleNode.start(gateway(broker.bootstrap(), gateway, services.certificateChain()))) {
      converse();
      TlsFiles trusting = with(gateway, services.certificateChain());
      for (int port : ports.subList(2, 6)) {
        assertNotEquals(
            Status.Code.UNAVAILABLE, asked(GrpcChannels.open(at(port), Optional.of(trusting))));
        assertEquals(
            Status.Code.UNAVAILABLE,
            asked(
                GrpcChannels.open(
                    at(port), Optional.of(with(stranger, services.certificateChain())))),
            "a certificate that nobody knows");
        assertEquals(
            Status.Code.UNAVAILABLE,
            asked(
                NettyChannelBuilder.forTarget(at(port))
                    .sslContext(
                        GrpcSslContexts.forClient()
                            .trustManager(services.certificateChain().toFile())
                            .build())
                    .build()),
            "no certificate");
        assertEquals(
            Status.Code.UNAVAILABLE,
            asked(GrpcChannels.open(at(port), Optional.empty())),
            "plaintext");
        assertEquals(
            Status.Code.UNAVAILABLE,
            asked(
                GrpcChannels.open(
                    at(port), Optional.of(with(gateway, stranger.certificateChain())))),
            "the service is not the one that is trusted");
      }
    }
  }

  /** Key packages of the key store, states and histories of the owners. */
  private void converse() throws Exception {
    try (LockstepClient alice = enrolled("alice")) {
      GroupId group;
      try (LockstepClient bob = enrolled("bob")) {
        group = alice.createGroup(GroupOptions.closed());
        alice.add(group, new UserName("bob"));
        next(bob, ClientEvent.Joined.class);
      }
      for (int i = 0; i < MESSAGES; i++) {
        alice.send(group, ("message " + i).getBytes(StandardCharsets.UTF_8));
      }
      try (LockstepClient bob = open("bob")) {
        for (int i = 0; i < MESSAGES; i++) {
          assertEquals(
              "message " + i,
              new String(
                  next(bob, ClientEvent.MessageReceived.class).data(), StandardCharsets.UTF_8));
        }
      }
    }
  }

  private static <T extends ClientEvent> T next(LockstepClient client, Class<T> kind)
      throws InterruptedException {
    while (true) {
      ClientEvent event = client.poll(PATIENCE).orElseThrow();
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
    }
  }

  private LockstepClient open(String name) {
    return LockstepClient.open(
        ClientConfig.of(
            dir.resolve(name),
            StateKey.passphrase("a passphrase"),
            ServiceTarget.plaintext(at(ports.get(0))),
            ServiceTarget.plaintext(at(ports.get(1))),
            dir.resolve("keys/ca.pem")));
  }

  private LockstepClient enrolled(String name) {
    LockstepClient client = open(name);
    UserName user = new UserName(name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    client.register(user, account, "");
    client.enrol(user, account);
    client.publishKeyPackages(2);
    return client;
  }

  /** What the port says to whoever may ask: anything but that it is not there. */
  private static Status.Code asked(ManagedChannel channel) {
    try {
      return assertThrows(
              StatusRuntimeException.class,
              () ->
                  OwnerGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(PATIENCE)
                      .getState(GetStateRequest.getDefaultInstance()))
          .getStatus()
          .getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  private static String at(int port) {
    return "127.0.0.1:" + port;
  }

  private TlsFiles certificate(String name) throws Exception {
    return LoopbackCertificate.write(Files.createDirectories(dir.resolve(name)));
  }

  private static TlsFiles with(TlsFiles own, Path trust) {
    return new TlsFiles(own.certificateChain(), own.privateKey(), Optional.of(trust));
  }

  private static String tls(String prefix, TlsFiles own, Path peers) {
    return "%1$s.tls.certificate = %2$s\n%1$s.tls.key = %3$s\n%1$s.tls.peers = %4$s\n"
        .formatted(prefix, own.certificateChain(), own.privateKey(), peers);
  }

  private Path services(String kafka, TlsFiles own, Path peers) throws IOException {
    return Files.writeString(
        dir.resolve("services.properties"),
        """
        roles = sequencer, directory, keystore
        kafka.bootstrap = %s
        topics.partitions = 8
        topics.replication = 1
        data = data
        directory.listen = %s
        directory.keys = keys
        directory.registration = open
        keystore.trust-anchor = keys/ca.pem
        sequencer.internal = %s
        directory.internal = %s
        keystore.listen = %s
        keystore.internal = %s
        """
                .formatted(
                    kafka,
                    at(ports.get(1)),
                    at(ports.get(2)),
                    at(ports.get(3)),
                    at(ports.get(4)),
                    at(ports.get(5)))
            + tls("sequencer.internal", own, peers)
            + tls("directory.internal", own, peers)
            + tls("keystore", own, peers));
  }

  private Path gateway(String kafka, TlsFiles own, Path peers) throws IOException {
    return Files.writeString(
        dir.resolve("gateway.properties"),
        """
        roles = gateway
        kafka.bootstrap = %s
        topics.partitions = 8
        topics.replication = 1
        gateway.listen = %s
        gateway.token-key = keys/token-key.pem
        gateway.keystore = %s
        """
                .formatted(kafka, at(ports.get(0)), at(ports.get(4)))
            + tls("gateway.internal", own, peers));
  }
}
