package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The edge itself: the services for operators, the key store behind it, and Kafka going away. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayEdgeEndToEndTest {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);
  private static final FakeKeyStore KEY_STORE = new FakeKeyStore();

  @TempDir private static Path dir;
  private static GrpcEndpoint keyStorePort;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    BindableService service = KEY_STORE::definition;
    keyStorePort =
        GrpcEndpoint.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            4 << 20,
            List.of(service));
    world =
        new GatewayWorld(
            dir,
            GatewayLimits.DEFAULT.withAnswerTimeout(ANSWER_TIMEOUT),
            Optional.of(keyStorePort.target()));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
    keyStorePort.close();
  }

  @AfterEach
  void everyStatusIsOfTheTable() {
    assertEquals(List.of(), List.copyOf(world.strangeStatuses));
  }

  private static Optional<Reason> refused(org.junit.jupiter.api.function.Executable call) {
    return ErrorContract.reason(assertThrows(StatusRuntimeException.class, call));
  }

  private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
      MethodDescriptor.MethodType type, String name, Q request, R response) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(type)
        .setFullMethodName(name)
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(response))
        .build();
  }

  private static void sink(Object unused) {}

  @Test
  @Order(1)
  void healthAndReflectionAreServed() throws Exception {
    ManagedChannel channel = world.channel(world.gateway);
    HealthCheckResponse health =
        ClientCalls.blockingUnaryCall(
            channel,
            method(
                MethodDescriptor.MethodType.UNARY,
                "grpc.health.v1.Health/Check",
                HealthCheckRequest.getDefaultInstance(),
                HealthCheckResponse.getDefaultInstance()),
            CallOptions.DEFAULT,
            HealthCheckRequest.newBuilder().setService(DeliveryGrpc.SERVICE_NAME).build());
    assertEquals(HealthCheckResponse.ServingStatus.SERVING, health.getStatus());
    LinkedBlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<ServerReflectionRequest> ask =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(
                method(
                    MethodDescriptor.MethodType.BIDI_STREAMING,
                    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                    ServerReflectionRequest.getDefaultInstance(),
                    ServerReflectionResponse.getDefaultInstance()),
                CallOptions.DEFAULT),
            new StreamObserver<>() {
              @Override
              public void onNext(ServerReflectionResponse answer) {
                answers.add(answer);
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onCompleted() {}
            });
    ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    ServerReflectionResponse answer = answers.poll(20, TimeUnit.SECONDS);
    Set<String> names =
        answer.getListServicesResponse().getServiceList().stream()
            .map(ServiceResponse::getName)
            .collect(Collectors.toSet());
    assertTrue(
        names.containsAll(Set.of(DeliveryGrpc.SERVICE_NAME, KeysGrpc.SERVICE_NAME)),
        names::toString);
    ask.onCompleted();
  }

  @Test
  @Order(2)
  void bytesThatAreNoRequestAreRefusedByName() throws Exception {
    // 0x0a 0x7f: field 1 with 127 bytes, of which there are none.
    MethodDescriptor.Marshaller<byte[]> raw =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public java.io.InputStream stream(byte[] value) {
            return new java.io.ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(java.io.InputStream stream) {
            throw new UnsupportedOperationException("nothing is sent in this direction");
          }
        };
    MethodDescriptor<byte[], SubmitResponse> submit =
        DeliveryGrpc.getSubmitMethod().toBuilder(
                raw, DeliveryGrpc.getSubmitMethod().getResponseMarshaller())
            .build();
    assertEquals(
        Optional.of(Reason.INVALID_FIELD),
        refused(
            () ->
                sink(
                    ClientCalls.blockingUnaryCall(
                        world.channel(world.gateway),
                        submit,
                        CallOptions.DEFAULT,
                        new byte[] {0x0a, 0x7f}))));
  }

  @Test
  @Order(3)
  void keysCallsGoToTheKeyStoreWithTheVerifiedIdentity() throws Exception {
    Metadata forged = new Metadata();
    forged.put(
        Metadata.Key.of("lockstep-client-id", Metadata.ASCII_STRING_MARSHALLER), "somebody else");
    var keys =
        KeysGrpc.newBlockingStub(
            ClientInterceptors.intercept(
                world.channel(world.gateway),
                MetadataUtils.newAttachHeadersInterceptor(forged),
                world.headers(Optional.of(world.token()))));
    assertEquals(7, keys.count(CountRequest.getDefaultInstance()).getOneTime());
    assertEquals("[" + GatewayWorld.CLIENT + "] [" + GatewayWorld.INBOX + "]", KEY_STORE.caller);
    StatusRuntimeException bad =
        assertThrows(
            StatusRuntimeException.class,
            () -> sink(keys.publish(PublishRequest.getDefaultInstance())));
    assertEquals(Optional.of(Reason.INVALID_KEY_PACKAGE), ErrorContract.reason(bad));
    assertEquals("signature", ErrorContract.metadata(bad).get("rule"));
    assertEquals(
        Optional.of(Reason.INTERNAL_ERROR),
        refused(() -> sink(keys.claim(ClaimRequest.getDefaultInstance()))));
    var nobody = KeysGrpc.newBlockingStub(world.channel(world.gateway));
    assertEquals(
        Optional.of(Reason.TOKEN_MISSING),
        refused(() -> sink(nobody.count(CountRequest.getDefaultInstance()))));
    keyStorePort.close();
    assertEquals(
        Optional.of(Reason.SERVICE_UNAVAILABLE),
        refused(() -> sink(keys.count(CountRequest.getDefaultInstance()))));
  }

  @Test
  @Order(4)
  void withoutKafkaSubmissionsAndShutdownEndInBoundedTime() throws Exception {
    ByteString group = ByteString.copyFromUtf8("before it went");
    var client = world.client();
    assertEquals(1, client.submit(world.create(group)).getSequenced().getSequence());
    assertEquals(2, client.submit(world.message(group, 0, "2")).getSequenced().getSequence());
    ConnectedClient connected =
        ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
    connected.attachGroup(group, 2, GatewayWorld.pass(group, 0), 1);
    assertTrue(connected.next().hasAttached());
    world.endBroker();
    long begun = System.nanoTime();
    Reason reason = refused(() -> sink(client.submit(world.message(group, 0, "3")))).orElseThrow();
    assertTrue(
        Set.of(Reason.OUTCOME_UNKNOWN, Reason.SERVICE_UNAVAILABLE).contains(reason),
        reason::toString);
    assertTrue(System.nanoTime() - begun < ANSWER_TIMEOUT.plusSeconds(5).toNanos());
    begun = System.nanoTime();
    world.gateway.close();
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(20).toNanos());
    assertEquals(
        Optional.of(Reason.SHUTTING_DOWN), ErrorContract.reason(connected.end().orElseThrow()));
  }
}
