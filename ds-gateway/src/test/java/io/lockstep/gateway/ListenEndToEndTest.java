package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Detach;
import io.lockstep.api.v1.ListenRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SendRequest;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.admission.RateLimits;
import io.lockstep.gateway.streams.CreditLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connect in two halves, Listen and Send, with a gRPC client; each on a connection of its own. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ListenEndToEndTest {
  private static final CreditLimits CREDIT = new CreditLimits(8, 1 << 20);
  private static final Duration GRACE = Duration.ofSeconds(2);

  @TempDir private static Path dir;
  private static GatewayWorld world;
  private DeliveryGrpc.DeliveryBlockingStub submitter;
  private DeliveryGrpc.DeliveryBlockingStub sender;

  @BeforeAll
  static void start() throws Exception {
    world =
        new GatewayWorld(
            dir, GatewayLimits.DEFAULT.withEventLoops(2).withCredit(CREDIT).withGrace(GRACE));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  @AfterEach
  void nothingStrangeAndNothingLeft() throws Exception {
    assertEquals(List.of(), List.copyOf(world.strangeStatuses));
  }

  private void clients() throws Exception {
    submitter = world.client();
    sender = world.client();
  }

  private static Attach attachment(ByteString group, long after) {
    return Attach.newBuilder()
        .setStream(StreamRef.newBuilder().setGroupId(group))
        .setAfterSequence(after)
        .setPass(GatewayWorld.pass(group, 0))
        .setPassSequence(1)
        .build();
  }

  private static Iterator<ConnectResponse> listen(Attach... first) throws Exception {
    return world.client().listen(ListenRequest.newBuilder().addAllAttach(List.of(first)).build());
  }

  private static ByteString opened(Iterator<ConnectResponse> call) {
    ConnectResponse frame = call.next();
    assertEquals(16, frame.getOpened().getCallId().size(), frame::toString);
    return frame.getOpened().getCallId();
  }

  private static ConnectRequest ack(ByteString group, long sequence) {
    return ConnectRequest.newBuilder()
        .setAck(
            Ack.newBuilder()
                .setStream(StreamRef.newBuilder().setGroupId(group))
                .setSequence(sequence))
        .build();
  }

  private static SendRequest send(ByteString call, ConnectRequest... frames) {
    return SendRequest.newBuilder().setCallId(call).addAllFrames(List.of(frames)).build();
  }

  private static Optional<Reason> refused(org.junit.jupiter.api.function.Executable call) {
    return ErrorContract.reason(assertThrows(StatusRuntimeException.class, call));
  }

  private static void sink(Object unused) {}

  private static long delivered(Iterator<ConnectResponse> call) {
    ConnectResponse frame = call.next();
    assertTrue(frame.hasDelivery(), frame::toString);
    return frame.getDelivery().getSequence();
  }

  @Test
  void frameByFrameItIsWhatConnectIs() throws Exception {
    clients();
    ByteString group = ByteString.copyFromUtf8("listened to");
    assertTrue(submitter.submit(world.create(group)).hasSequenced());
    Iterator<ConnectResponse> call = listen(attachment(group, 0));
    ByteString id = opened(call);
    assertEquals(CREDIT.entriesMax(), call.next().getAttached().getCreditEntries());
    assertEquals(1, delivered(call));
    assertTrue(call.next().hasCaughtUp());
    for (int i = 0; i < 20; i++) {
      assertTrue(submitter.submit(world.message(group, 0, "message " + i)).hasSequenced());
    }
    // The creation and seven messages use the credit up.
    for (long next = 2; next <= 8; next++) {
      assertEquals(next, delivered(call));
    }
    world.meter.await("without credit", 1);
    assertTrue(sender.send(send(id, ack(group, 4))).isInitialized());
    for (long next = 9; next <= 12; next++) {
      assertEquals(next, delivered(call));
    }
    assertTrue(sender.send(send(id, ack(group, 8), ack(group, 12))).isInitialized());
    for (long next = 13; next <= 20; next++) {
      assertEquals(next, delivered(call));
    }
    assertTrue(sender.send(send(id, ack(group, 20))).isInitialized());
    assertEquals(21, delivered(call));

    // A pass is asked for and shown, as on Connect.
    assertTrue(submitter.submit(world.commit(group, 0)).hasSequenced());
    assertEquals(22, delivered(call));
    assertEquals(1, call.next().getPassRequired().getEpoch());
    ConnectRequest pass =
        ConnectRequest.newBuilder()
            .setAck(
                Ack.newBuilder()
                    .setStream(StreamRef.newBuilder().setGroupId(group))
                    .setSequence(22)
                    .setPass(GatewayWorld.pass(group, 1))
                    .setPassSequence(22))
            .build();
    assertTrue(sender.send(send(id, pass)).isInitialized());
    assertTrue(submitter.submit(world.message(group, 1, "after")).hasSequenced());
    assertEquals(23, delivered(call));

    ConnectRequest detach =
        ConnectRequest.newBuilder()
            .setDetach(Detach.newBuilder().setStream(StreamRef.newBuilder().setGroupId(group)))
            .build();
    assertTrue(sender.send(send(id, detach, detach)).isInitialized());
    assertEquals(Reason.REASON_UNSPECIFIED, call.next().getDetached().getReason());
    assertEquals(Reason.NOT_ATTACHED, call.next().getDetached().getReason());
    ConnectRequest wrong =
        ConnectRequest.newBuilder()
            .setAttach(attachment(group, 23).toBuilder().clearPass())
            .build();
    assertTrue(sender.send(send(id, wrong)).isInitialized());
    assertEquals(Reason.WRONG_PASS, call.next().getDetached().getReason());
  }

  @Test
  void aFrameThatMeansNothingEndsBothHalvesWithTheSameError() throws Exception {
    clients();
    ByteString group = ByteString.copyFromUtf8("ends");
    assertTrue(submitter.submit(world.create(group)).hasSequenced());
    Iterator<ConnectResponse> call = listen(attachment(group, 0));
    ByteString id = opened(call);
    assertTrue(call.next().hasAttached());
    assertEquals(1, delivered(call));
    assertTrue(call.next().hasCaughtUp());
    assertEquals(
        Optional.of(Reason.INVALID_FIELD),
        refused(() -> sink(sender.send(send(id, ack(group, 2))))));
    assertEquals(Optional.of(Reason.INVALID_FIELD), refused(() -> sink(call.next())));
    assertEquals(
        Optional.of(Reason.UNKNOWN_CALL),
        refused(() -> sink(sender.send(send(id, ack(group, 1))))));
  }

  @Test
  void onlyTheClientThatOpenedACallAddsToItAndOnlyAtItsGateway() throws Exception {
    clients();
    ByteString group = ByteString.copyFromUtf8("mine");
    ByteString id = opened(listen());
    assertNotEquals(id, opened(listen()));
    String another =
        world.tokens.token(
            "ffffffffffffffffffffffffffffffff", GatewayWorld.INBOX, Instant.now().plusSeconds(60));
    var stranger = world.client(world.gateway, Optional.of(another));
    var elsewhere = world.client(world.anotherGateway(), Optional.of(world.token()));
    var nobody = world.client(world.gateway, Optional.empty());
    SendRequest request = send(id, ack(group, 0));
    assertEquals(Optional.of(Reason.UNKNOWN_CALL), refused(() -> sink(stranger.send(request))));
    assertEquals(Optional.of(Reason.UNKNOWN_CALL), refused(() -> sink(elsewhere.send(request))));
    assertEquals(Optional.of(Reason.TOKEN_MISSING), refused(() -> sink(nobody.send(request))));
    assertEquals(
        Optional.of(Reason.TOKEN_MISSING),
        refused(() -> sink(nobody.listen(ListenRequest.getDefaultInstance()).next())));
    assertTrue(sender.send(request).isInitialized());
  }

  @Test
  void whatIsTooMuchIsRefused() throws Exception {
    clients();
    ByteString group = ByteString.copyFromUtf8("too much");
    ByteString id = opened(listen());
    var frames = Collections.nCopies(1_001, ack(group, 0));
    assertEquals(
        Optional.of(Reason.INVALID_FIELD),
        refused(
            () ->
                sink(
                    sender.send(
                        SendRequest.newBuilder().setCallId(id).addAllFrames(frames).build()))));
    assertEquals(Optional.of(Reason.INVALID_FIELD), refused(() -> sink(sender.send(send(id)))));
    assertEquals(
        Optional.of(Reason.INVALID_FIELD),
        refused(() -> sink(sender.send(send(ByteString.EMPTY, ack(group, 0))))));
    var attachments = Collections.nCopies(1_001, attachment(group, 0));
    assertEquals(
        Optional.of(Reason.INVALID_FIELD),
        refused(
            () ->
                sink(
                    sender
                        .listen(ListenRequest.newBuilder().addAllAttach(attachments).build())
                        .next())));
    // The call is none the worse.
    assertTrue(sender.send(send(id, ack(group, 0))).isInitialized());
  }

  @Test
  void aClientThatDoesNotReadAndGoesOnAskingIsRefused() throws Exception {
    clients();
    LinkedBlockingQueue<ConnectResponse> read = new LinkedBlockingQueue<>();
    CompletableFuture<ClientCallStreamObserver<ListenRequest>> call = new CompletableFuture<>();
    world
        .streaming(world.gateway, Optional.of(world.token()))
        .listen(ListenRequest.getDefaultInstance(), new Unread(call, read));
    call.join().request(1);
    ByteString id = read.poll(20, TimeUnit.SECONDS).getOpened().getCallId();
    // Each is answered by a frame with this name: 65,535 bytes are what the windows let through.
    ByteString group = ByteString.copyFromUtf8("n".repeat(255));
    ConnectRequest detach =
        ConnectRequest.newBuilder()
            .setDetach(Detach.newBuilder().setStream(StreamRef.newBuilder().setGroupId(group)))
            .build();
    SendRequest hundred =
        SendRequest.newBuilder()
            .setCallId(id)
            .addAllFrames(Collections.nCopies(100, detach))
            .build();
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> {
              for (int i = 0; i < 1_000; i++) {
                sink(sender.send(hundred));
              }
            });
    assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(refused));
    assertEquals("call-unread", ErrorContract.metadata(refused).get("limit"));
    // What it has is acknowledged all the same, and when it reads, it is heard again.
    assertTrue(sender.send(send(id, ack(group, 0))).isInitialized());
    call.join().request(Integer.MAX_VALUE);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!taken(hundred)) {
      assertTrue(System.nanoTime() - end < 0, "not heard again");
      assertTrue(read.poll(1, TimeUnit.SECONDS) != null || read.isEmpty());
    }
    call.join().cancel("the test is over with it", null);
  }

  @Test
  void sendsOfAClientAreBoundedAndTheAnswerTellsWhenToComeAgain() throws Exception {
    clients();
    RateLimits limits = RateLimits.DEFAULT.with(RateLimit.CLIENT_ATTACHES, new Rate(1, 2));
    GatewayNode fewCalls = with(limits.with(RateLimit.CLIENT_SENDS, new Rate(1, 3)));
    var client = world.client(fewCalls, Optional.of(world.token()));
    Iterator<ConnectResponse> call = client.listen(ListenRequest.getDefaultInstance());
    ByteString group = ByteString.copyFromUtf8("sent to");
    ByteString id = opened(call);
    assertEquals("client-sends", limited(client, send(id, ack(group, 0))));
    // Whom it concerns is the client, not the gateway.
    String another =
        world.tokens.token(
            "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", GatewayWorld.INBOX, Instant.now().plusSeconds(60));
    var other = world.client(fewCalls, Optional.of(another));
    ByteString others = opened(other.listen(ListenRequest.getDefaultInstance()));
    assertTrue(other.send(send(others, ack(group, 0))).isInitialized());
    // Attachments meet what they meet on Connect: the third is one too many.
    ConnectRequest attach =
        ConnectRequest.newBuilder().setAttach(attachment(group, 0).toBuilder().clearPass()).build();
    assertTrue(afterWaiting(client, send(id, attach, attach, attach)));
    assertEquals(Reason.WRONG_PASS, call.next().getDetached().getReason());
    assertEquals(Reason.WRONG_PASS, call.next().getDetached().getReason());
    assertEquals("client-attaches", call.next().getDetached().getLimit());

    GatewayNode fewFrames = with(limits.with(RateLimit.CLIENT_FRAMES, new Rate(1_000, 1_200)));
    var talkative = world.client(fewFrames, Optional.of(world.token()));
    Iterator<ConnectResponse> heard = talkative.listen(ListenRequest.getDefaultInstance());
    SendRequest most =
        SendRequest.newBuilder()
            .setCallId(opened(heard))
            .addAllFrames(Collections.nCopies(1_000, ack(group, 0)))
            .build();
    assertEquals("client-frames", limited(talkative, most));
  }

  @Test
  void sendsOfAllClientsAreBounded() throws Exception {
    GatewayNode few = with(RateLimits.DEFAULT.with(RateLimit.GATEWAY_SENDS, new Rate(1, 3)));
    var client = world.client(few, Optional.of(world.token()));
    ByteString id = opened(client.listen(ListenRequest.getDefaultInstance()));
    SendRequest request = send(id, ack(ByteString.copyFromUtf8("sent by all"), 0));
    assertEquals("gateway-sends", limited(client, request));
  }

  private static GatewayNode with(RateLimits limits) throws Exception {
    return world.anotherGateway(GatewayLimits.DEFAULT.withRates(limits));
  }

  /** Sends until it is refused; the limit's name, when the same is taken after the time told. */
  private static String limited(DeliveryGrpc.DeliveryBlockingStub client, SendRequest request)
      throws Exception {
    for (int i = 0; i < 10_000; i++) {
      try {
        sink(client.send(request));
      } catch (StatusRuntimeException e) {
        assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(e));
        assertTrue(afterWaiting(client, request));
        return ErrorContract.metadata(e).get("limit");
      }
    }
    throw new AssertionError("never refused");
  }

  /** As clients do it: waits for as long as a refusal says, and tries again. */
  private static boolean afterWaiting(DeliveryGrpc.DeliveryBlockingStub client, SendRequest request)
      throws Exception {
    for (int i = 0; i < 20; i++) {
      try {
        return client.send(request).isInitialized();
      } catch (StatusRuntimeException e) {
        assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(e));
        long millis = Long.parseLong(ErrorContract.metadata(e).get("retry_after_ms"));
        assertTrue(millis > 0);
        TimeUnit.MILLISECONDS.sleep(millis);
      }
    }
    return false;
  }

  private boolean taken(SendRequest request) {
    try {
      return sender.send(request).isInitialized();
    } catch (StatusRuntimeException refused) {
      assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(refused));
      return false;
    }
  }

  /** Reads when it is told to. */
  private record Unread(
      CompletableFuture<ClientCallStreamObserver<ListenRequest>> call,
      LinkedBlockingQueue<ConnectResponse> read)
      implements ClientResponseObserver<ListenRequest, ConnectResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<ListenRequest> stream) {
      stream.disableAutoRequestWithInitial(0);
      call.complete(stream);
    }

    @Override
    public void onNext(ConnectResponse frame) {
      read.add(frame);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
