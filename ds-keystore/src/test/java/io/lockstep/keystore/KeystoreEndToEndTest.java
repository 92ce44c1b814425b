package io.lockstep.keystore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResult;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.KeysGrpc.KeysBlockingStub;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.keystore.credential.Authority;
import io.lockstep.keystore.credential.Authority.Client;
import io.lockstep.keystore.law.KeyFold;
import io.lockstep.keystore.law.KeyPackageHandedOutOnce;
import io.lockstep.keystore.law.StreamKeys;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyPackageClaimed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The key store as a gateway sees it, over gRPC and a real broker in this process. */
@Timeout(120)
class KeystoreEndToEndTest {
  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static final Authority AUTHORITY = new Authority();
  private static Path anchor;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
    anchor = AUTHORITY.write(dir.resolve("ca.pem"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void twoHundredClaimsOfFiftyPackagesGetFiftyAndTheRestTheLastResort() throws Exception {
    Client alice = AUTHORITY.client();
    Client bob = AUTHORITY.client();
    List<Integer> firstHalf = numbers(0, 100);
    List<Integer> secondHalf = numbers(100, 200);
    Map<Integer, ClaimResult> results = new HashMap<>();
    try (KeystoreNode node = start();
        Gateway gateway = new Gateway(node)) {
      PublishRequest.Builder request = PublishRequest.newBuilder();
      for (int i = 0; i < 50; i++) {
        request.addOneTime(alice.once());
      }
      PublishRequest publication = request.setLastResort(alice.lastResort()).build();
      PublishResponse published = gateway.as(alice).publish(publication);
      assertEquals(50, published.getOneTime());
      assertTrue(published.getLastResort());
      assertEquals(published, gateway.as(alice).publish(publication), "a retry changes nothing");

      results.putAll(claimAtOnce(gateway, bob, alice, firstHalf));
      assertEquals(0, gateway.as(alice).publish(publication).getOneTime(), "none comes back");
    }
    try (KeystoreNode node = start();
        Gateway gateway = new Gateway(node)) {
      results.putAll(claimAtOnce(gateway, bob, alice, secondHalf));
      Map<Integer, ClaimResult> again = claimAtOnce(gateway, bob, alice, firstHalf);
      again.forEach((claim, result) -> assertEquals(results.get(claim), result));
    }

    Set<ByteString> oneTime = new HashSet<>();
    int lastResort = 0;
    for (ClaimResult result : results.values()) {
      assertEquals(alice.caller.inboxId(), result.getClaimed().getInboxId());
      if (result.getClaimed().getLastResort()) {
        lastResort++;
      } else {
        assertTrue(oneTime.add(result.getClaimed().getKeyPackage()));
      }
    }
    assertEquals(50, oneTime.size());
    assertEquals(150, lastResort);
    assertEquals(50, oneTimeInLog(alice, results.size()));
  }

  @Test
  void theSecondClaimOfTheLastPackageIsAnsweredWithWhatIsWrong() throws Exception {
    Client alice = AUTHORITY.client();
    Client bob = AUTHORITY.client();
    try (KeystoreNode node = start();
        Gateway gateway = new Gateway(node)) {
      gateway.as(alice).publish(PublishRequest.newBuilder().addOneTime(alice.once()).build());

      assertTrue(claim(gateway, bob, alice, 1).hasClaimed());
      assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, claim(gateway, bob, alice, 2).getFailure());
      assertEquals(Reason.UNKNOWN_CLIENT, claim(gateway, bob, bob, 3).getFailure());
      assertTrue(claim(gateway, bob, alice, 1).hasClaimed(), "a retry has its answer");
      assertEquals(0, gateway.as(alice).count(CountRequest.getDefaultInstance()).getOneTime());
    }
  }

  @Test
  void badInputHasANameEachAndStoresNothing() throws Exception {
    Client alice = AUTHORITY.client();
    Client mallory = AUTHORITY.client();
    try (KeystoreNode node = start();
        Gateway gateway = new Gateway(node)) {
      KeysBlockingStub stub = gateway.as(alice);
      StatusRuntimeException foreign =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  stub.publish(
                      PublishRequest.newBuilder()
                          .addOneTime(alice.once())
                          .addOneTime(mallory.once())
                          .build()));
      assertEquals(Optional.of(Reason.INVALID_KEY_PACKAGE), ErrorContract.reason(foreign));
      assertEquals(
          Map.of("index", "1", "rule", "credential-client"), ErrorContract.metadata(foreign));
      assertEquals(0, stub.count(CountRequest.getDefaultInstance()).getOneTime());
      PublishRequest.Builder many = PublishRequest.newBuilder();
      for (int i = 0; i < 101; i++) {
        many.addOneTime(ByteString.EMPTY);
      }
      assertFails(Reason.TOO_MANY_KEY_PACKAGES, () -> stub.publish(many.build()));
      ClaimRequest good = request(alice, 1);
      ByteString id = alice.caller.clientId();
      for (ClaimRequest bad :
          List.of(
              good.toBuilder().clearClaimId().build(),
              good.toBuilder().clearClientIds().build(),
              good.toBuilder().addClientIds(id).build(),
              good.toBuilder().addClientIds(ByteString.EMPTY).build(),
              good.toBuilder().setCipherSuite(0).build(),
              good.toBuilder().setCipherSuite(-1).build())) {
        assertFails(Reason.INVALID_FIELD, () -> stub.claim(bad));
      }
      KeysBlockingStub nobody = KeysGrpc.newBlockingStub(gateway.channel);
      assertFails(Reason.TOKEN_MISSING, () -> nobody.count(CountRequest.getDefaultInstance()));
      assertEquals(0, gateway.as(mallory).count(CountRequest.getDefaultInstance()).getOneTime());
    }
  }

  private static Map<Integer, ClaimResult> claimAtOnce(
      Gateway gateway, Client claimer, Client of, List<Integer> claims) throws Exception {
    Map<Integer, ClaimResult> results = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<ClaimResult>> calls = new ArrayList<>();
      for (int claim : claims) {
        calls.add(() -> claim(gateway, claimer, of, claim));
      }
      List<Future<ClaimResult>> answers = threads.invokeAll(calls);
      for (int i = 0; i < answers.size(); i++) {
        results.put(claims.get(i), answers.get(i).get());
      }
    }
    return results;
  }

  private static ClaimResult claim(Gateway gateway, Client claimer, Client of, int claim) {
    return gateway.as(claimer).claim(request(of, claim)).getResults(0);
  }

  private static ClaimRequest request(Client of, int claim) {
    return ClaimRequest.newBuilder()
        .setClaimId(ByteString.copyFrom(ByteBuffer.allocate(16).putInt(0, claim)))
        .addClientIds(of.caller.clientId())
        .setCipherSuite(1)
        .build();
  }

  /**
   * Reads the whole log as an auditor, from its first link, and checks the law on all of it;
   * returns how many one-time packages of a client were handed out by so many claims.
   */
  private static long oneTimeInLog(Client of, int claimsExpected) throws Exception {
    String key = StreamKeys.client(of.caller.clientId());
    KeyPackageHandedOutOnce law = new KeyPackageHandedOutOnce();
    List<String> broken = Collections.synchronizedList(new ArrayList<>());
    List<KeyPackageClaimed> claims = Collections.synchronizedList(new ArrayList<>());
    try (ChainedReader<KeyEntry> reader =
        ChainedReader.start(broker.connection(), KeystoreNode.LOG, LogFormat.of(new KeyFold()))) {
      reader.addListener(
          entry -> {
            law.observe(entry.entry()).ifPresent(broken::add);
            if (entry.key().equals(key) && entry.entry().hasClaimed()) {
              claims.add(entry.entry().getClaimed());
            }
          });
      for (int p = 0; p < reader.partitions(); p++) {
        var _ = reader.follow(p, new StartAt.Beginning()).get(10, TimeUnit.SECONDS);
      }
      long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (claims.size() < claimsExpected && System.nanoTime() < untilNanos) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    assertEquals(List.of(), List.copyOf(broken));
    assertEquals(claimsExpected, claims.size());
    return claims.stream().filter(claimed -> !claimed.getLastResort()).count();
  }

  private static List<Integer> numbers(int from, int to) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static KeystoreNode start() throws Exception {
    return KeystoreNode.start(
        KeystoreConfig.embedded(
            broker.connection(),
            dir.resolve("keystore"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            anchor));
  }

  private static void assertFails(Reason reason, Callable<?> call) {
    StatusRuntimeException error = assertThrows(StatusRuntimeException.class, call::call);
    assertEquals(Optional.of(reason), ErrorContract.reason(error));
  }

  private static final class Gateway implements AutoCloseable {
    final ManagedChannel channel;

    Gateway(KeystoreNode node) {
      channel = GrpcChannels.open(node.target(), Optional.empty());
    }

    KeysBlockingStub as(Client client) {
      Metadata headers = new Metadata();
      put(headers, "lockstep-client-id", client.caller.clientId());
      put(headers, "lockstep-inbox-id", client.caller.inboxId());
      return KeysGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void put(Metadata headers, String name, ByteString id) {
      headers.put(
          Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
          HexFormat.of().formatHex(id.toByteArray()));
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
