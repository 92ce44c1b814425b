package io.lockstep.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.AuthenticationGrpc.AuthenticationBlockingStub;
import io.lockstep.api.v1.ClientRecord;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.directory.account.Person;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The service as clients see it, over gRPC and a real broker in this process. */
@Timeout(120)
class DirectoryEndToEndTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final SecureRandom random = new SecureRandom();

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void anAccountWithAClientOutlivesTheService() throws Exception {
    Person alice = person();
    EnrollClientResponse enrolled;
    try (DirectoryNode node = start("one", Registration.OPEN);
        Caller caller = new Caller(node)) {
      caller.stub.register(alice.register(""));
      enrolled = caller.stub.enrollClient(alice.enroll());

      assertEquals(16, enrolled.getClientId().size());
      assertEquals(16, enrolled.getInboxId().size());
      assertEquals(1, enrolled.getCertificateChainCount());
    }
    try (DirectoryNode node = start("one", Registration.OPEN);
        Caller caller = new Caller(node)) {
      String token =
          caller
              .stub
              .refreshToken(alice.refresh(enrolled.getClientId(), System.currentTimeMillis()))
              .getToken();
      ClientRecord found =
          caller
              .with(token)
              .lookup(LookupRequest.newBuilder().setUserName(alice.name).build())
              .getClients(0);

      assertEquals(enrolled.getClientId(), found.getClientId());
      assertEquals(enrolled.getCertificateChainList(), found.getCertificateChainList());
      assertEquals(ByteString.copyFrom(alice.clientKey()), found.getSignatureKey());
    }
  }

  @Test
  void badInputHasANameEach() throws Exception {
    Person alice = person();
    Person bob = person();
    try (DirectoryNode node = start("one", Registration.OPEN);
        Caller caller = new Caller(node)) {
      AuthenticationBlockingStub stub = caller.stub;
      stub.register(alice.register(""));
      EnrollClientResponse enrolled = stub.enrollClient(alice.enroll());
      long now = System.currentTimeMillis();

      assertFails(Reason.INVALID_FIELD, () -> stub.register(new Person("A", random).register("")));
      assertFails(
          Reason.USER_EXISTS, () -> stub.register(new Person(alice.name, random).register("")));
      assertFails(
          Reason.PROOF_INVALID,
          () -> stub.register(bob.register("").toBuilder().setInvitation("x").build()));
      assertFails(Reason.UNKNOWN_USER, () -> stub.enrollClient(bob.enroll()));
      EnrollClientRequest swapped =
          alice.enroll().toBuilder().setSignatureKey(ByteString.copyFrom(bob.clientKey())).build();
      assertFails(Reason.PROOF_INVALID, () -> stub.enrollClient(swapped));
      RefreshTokenRequest replayed = alice.refresh(enrolled.getClientId(), now - 61_000);
      assertFails(Reason.PROOF_INVALID, () -> stub.refreshToken(replayed));
      assertFails(
          Reason.PROOF_INVALID, () -> stub.refreshToken(bob.refresh(enrolled.getClientId(), now)));
      assertFails(
          Reason.UNKNOWN_CLIENT,
          () -> stub.refreshToken(alice.refresh(enrolled.getInboxId(), now)));
      LookupRequest lookup = LookupRequest.newBuilder().setUserName(alice.name).build();
      assertFails(Reason.TOKEN_MISSING, () -> stub.lookup(lookup));
      assertFails(Reason.TOKEN_INVALID, () -> caller.with("not.a.token").lookup(lookup));
      assertFails(
          Reason.UNKNOWN_USER,
          () ->
              caller
                  .with(enrolled.getToken())
                  .lookup(lookup.toBuilder().setUserName("nobody").build()));
    }
  }

  @Test
  void anInvitationMakesOneAccountAlsoWhenManyRaceForIt() throws Exception {
    try (DirectoryNode node = start("one", Registration.BY_INVITATION);
        Caller caller = new Caller(node)) {
      String code = node.createInvitation();
      List<Callable<Optional<Reason>>> racers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Person person = person();
        racers.add(() -> register(caller, person, code));
      }
      int registered = 0;
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Optional<Reason>> racer : threads.invokeAll(racers)) {
          if (racer.get().isEmpty()) {
            registered++;
          } else {
            assertEquals(Reason.INVITATION_INVALID, racer.get().get());
          }
        }
      }

      assertEquals(1, registered);
      assertFails(
          Reason.INVITATION_INVALID, () -> caller.stub.register(person().register("guess")));
    }
  }

  @Test
  void anEnrolmentThatManyCallAtOnceMakesOneClient() throws Exception {
    Person alice = person();
    try (DirectoryNode node = start("one", Registration.OPEN);
        Caller caller = new Caller(node)) {
      caller.stub.register(alice.register(""));
      List<Callable<ByteString>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(() -> caller.stub.enrollClient(alice.enroll()).getClientId());
      }
      Set<ByteString> ids = new HashSet<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<ByteString> call : threads.invokeAll(calls)) {
          ids.add(call.get());
        }
      }

      assertEquals(1, ids.size());
    }
  }

  @Test
  void twoNodesAnswerForEachOther() throws Exception {
    try (DirectoryNode one = start("one", Registration.OPEN);
        DirectoryNode two = start("two", Registration.OPEN);
        Caller first = new Caller(one);
        Caller second = new Caller(two)) {
      for (int i = 0; i < 8; i++) {
        Person person = person();
        first.stub.register(person.register(""));
        EnrollClientResponse enrolled = retried(() -> second.stub.enrollClient(person.enroll()));
        String token =
            retried(
                () ->
                    first
                        .stub
                        .refreshToken(
                            person.refresh(enrolled.getClientId(), System.currentTimeMillis()))
                        .getToken());
        assertTrue(token.length() > 100);
      }
    }
  }

  private static Optional<Reason> register(Caller caller, Person person, String code) {
    try {
      var _ = caller.stub.register(person.register(code));
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return ErrorContract.reason(e);
    }
  }

  /** What one node has written the other may see a little later. */
  private static <T> T retried(Callable<T> call) throws Exception {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      try {
        return call.call();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND
            || System.nanoTime() - untilNanos > 0) {
          throw e;
        }
      }
    }
  }

  private static DirectoryNode start(String name, Registration registration) throws Exception {
    DirectoryConfig config =
        DirectoryConfig.embedded(broker.connection(), dir.resolve(name), ANY, registration);
    return DirectoryNode.start(config.withKeysDir(dir.resolve("keys")));
  }

  private Person person() {
    return new Person("person-" + NAMES.getAndIncrement(), random);
  }

  private static void assertFails(Reason reason, Executable call) {
    StatusRuntimeException error = assertThrows(StatusRuntimeException.class, call);
    assertEquals(Optional.of(reason), ErrorContract.reason(error));
  }

  private static final class Caller implements AutoCloseable {
    final AuthenticationBlockingStub stub;
    private final ManagedChannel channel;

    Caller(DirectoryNode node) {
      channel = GrpcChannels.open(node.target(), Optional.empty());
      stub = AuthenticationGrpc.newBlockingStub(channel);
    }

    AuthenticationBlockingStub with(String token) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
