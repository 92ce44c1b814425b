package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.StreamChain;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over a real broker and the real law of the streams, with grpc-java clients. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class GatewayEndToEndTest {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static GatewayWorld world;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withGrace(GRACE));
  }

  @AfterAll
  static void stop() throws Exception {
    if (world != null) {
      world.close();
    }
  }

  @AfterEach
  void everyStatusIsOfTheTable() {
    assertEquals(List.of(), List.copyOf(world.strangeStatuses));
  }

  private static ByteString group(TestInfo test) {
    return ByteString.copyFromUtf8(test.getTestMethod().orElseThrow().getName());
  }

  private static long sequence(SubmitResponse response) {
    assertTrue(response.hasSequenced(), response::toString);
    return response.getSequenced().getSequence();
  }

  private static Reason refused(SubmitRequest request) throws Exception {
    return refused(world.client(), request);
  }

  private static Reason refused(DeliveryGrpc.DeliveryBlockingStub client, SubmitRequest request) {
    StatusRuntimeException error =
        assertThrows(StatusRuntimeException.class, () -> client.submit(request));
    return ErrorContract.reason(error).orElseThrow();
  }

  private static ConnectedClient connect() throws Exception {
    return ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
  }

  @Test
  void whatIsSubmittedIsDeliveredInOrderWithItsChain(TestInfo test) throws Exception {
    ByteString group = group(test);
    var client = world.client();
    assertEquals(1, sequence(client.submit(world.create(group))));
    ConnectedClient early = connect();
    early.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    assertEquals(1, early.next().getAttached().getSequence());
    assertEquals(Kind.CREATED, early.deliveries(1).getFirst().getKind());
    assertEquals(1, early.next().getCaughtUp().getSequence());
    for (int i = 0; i < 20; i++) {
      assertEquals(2 + i, sequence(client.submit(world.message(group, 0, "hello " + i))));
    }
    byte[] head = StreamChain.next(StreamChain.zero(), group.toByteArray(), 1, 0, new byte[0]);
    for (DeliveryFrame frame : early.deliveries(20)) {
      head =
          StreamChain.next(
              head,
              group.toByteArray(),
              frame.getSequence(),
              frame.getEpoch(),
              frame.getPayload().toByteArray());
      assertArrayEquals(head, frame.getChain().toByteArray());
    }
    ConnectedClient late = connect();
    late.attachGroup(group, 5, GatewayWorld.pass(group, 0), 1);
    assertEquals(21, late.next().getAttached().getSequence());
    assertEquals(6, late.deliveries(16).getFirst().getSequence());
    assertEquals(21, late.next().getCaughtUp().getSequence());
    early.complete();
    assertEquals(Optional.empty(), early.end());
    late.cancel();
  }

  @Test
  void commitRaceIsAnOutcomeAndRetryGetsTheSameOne(TestInfo test) throws Exception {
    ByteString group = group(test);
    var client = world.client();
    var _ = client.submit(world.create(group));
    SubmitRequest winner = world.commit(group, 0);
    assertEquals(2, sequence(client.submit(winner)));
    SubmitResponse loser = client.submit(world.commit(group, 0));
    assertEquals(1, loser.getWrongEpoch().getCurrentEpoch());
    assertEquals(2, loser.getWrongEpoch().getWinnerSequence());
    SubmitResponse again = client.submit(winner);
    assertTrue(again.getDuplicate());
    assertEquals(2, sequence(again));
  }

  @Test
  void badInputHasItsOwnNameAndIsNotWritten(TestInfo test) throws Exception {
    ByteString group = group(test);
    var client = world.client();
    var _ = client.submit(world.create(group));
    SubmitRequest good = world.message(group, 0, "good");
    ByteString other = ByteString.copyFromUtf8("another group");
    assertEquals(
        Reason.MALFORMED_MESSAGE,
        refused(good.toBuilder().setMessage(ByteString.copyFromUtf8("no MLS")).build()));
    assertEquals(
        Reason.GROUP_MISMATCH,
        refused(good.toBuilder().setMessage(MlsBytes.application(other, 0, new byte[1])).build()));
    assertEquals(Reason.UNKNOWN_GROUP, refused(world.message(other, 0, "nobody there")));
    assertEquals(
        Reason.WRONG_PASS, refused(good.toBuilder().setPass(GatewayWorld.pass(group, 9)).build()));
    assertEquals(Reason.PAYLOAD_TOO_LARGE, refused(world.message(group, 0, new byte[1 << 20])));
    assertEquals(Reason.PAYLOAD_TOO_LARGE, refused(world.message(group, 0, new byte[5 << 20])));
    assertEquals(
        Reason.INVALID_FIELD,
        refused(good.toBuilder().setSubmissionId(ByteString.copyFromUtf8("short")).build()));
    assertEquals(
        Reason.EXTERNAL_JOIN_CLOSED,
        refused(
            world.commit(group, 0).toBuilder()
                .clearPass()
                .setCommit(
                    world.commit(group, 0).getCommit().toBuilder()
                        .setCommit(MlsBytes.externalCommit(group, 0)))
                .build()));
    assertEquals(Reason.GROUP_EXISTS, refused(world.create(group)));
    assertEquals(2, sequence(client.submit(good)));
  }

  @Test
  void tokensAreAskedForWhereNoPassIs(TestInfo test) throws Exception {
    ByteString group = group(test);
    SubmitRequest create = world.create(group);
    assertEquals(
        Reason.TOKEN_MISSING, refused(world.client(world.gateway, Optional.empty()), create));
    String expired =
        world.tokens.token(GatewayWorld.CLIENT, GatewayWorld.INBOX, Instant.now().minusSeconds(1));
    assertEquals(
        Reason.TOKEN_EXPIRED, refused(world.client(world.gateway, Optional.of(expired)), create));
    String foreign =
        new TestTokens()
            .token(GatewayWorld.CLIENT, GatewayWorld.INBOX, Instant.now().plusSeconds(60));
    assertEquals(
        Reason.TOKEN_INVALID, refused(world.client(world.gateway, Optional.of(foreign)), create));
    var _ = world.client().submit(create);
    var unlinkable = world.client(world.gateway, Optional.empty());
    assertEquals(2, sequence(unlinkable.submit(world.message(group, 0, "no token"))));
    ConnectedClient connected =
        ConnectedClient.connect(world.streaming(world.gateway, Optional.empty()));
    assertEquals(
        Reason.TOKEN_MISSING, ErrorContract.reason(connected.end().orElseThrow()).orElseThrow());
  }

  @Test
  void callEndsWithTheToken() throws Exception {
    String brief =
        world.tokens.token(GatewayWorld.CLIENT, GatewayWorld.INBOX, Instant.now().plusSeconds(2));
    ConnectedClient connected =
        ConnectedClient.connect(world.streaming(world.gateway, Optional.of(brief)));
    assertEquals(
        Reason.TOKEN_EXPIRED, ErrorContract.reason(connected.end().orElseThrow()).orElseThrow());
  }

  @Test
  void attachmentsThatMayNotBeAreDetached(TestInfo test) throws Exception {
    ByteString group = group(test);
    var _ = world.client().submit(world.create(group));
    ConnectedClient client = connect();
    client.attachGroup(group, 0, GatewayWorld.pass(group, 1), 1);
    assertEquals(Reason.WRONG_PASS, client.next().getDetached().getReason());
    ByteString nobody = ByteString.copyFromUtf8("nobody's");
    client.attachGroup(nobody, 0, GatewayWorld.pass(nobody, 0), 1);
    assertEquals(Reason.UNKNOWN_GROUP, client.next().getDetached().getReason());
    client.attachInbox(ByteString.copyFrom(new byte[16]));
    assertEquals(Reason.NOT_YOUR_INBOX, client.next().getDetached().getReason());
    client.attachInbox(ByteString.fromHex(GatewayWorld.INBOX));
    assertEquals(0, client.next().getAttached().getSequence());
    assertEquals(0, client.next().getCaughtUp().getSequence());
    client.detach(group);
    assertEquals(Reason.NOT_ATTACHED, client.next().getDetached().getReason());
    client.attachGroup(group, 7, GatewayWorld.pass(group, 0), 1);
    assertEquals(Reason.INVALID_FIELD, client.next().getDetached().getReason());
    client.send(ConnectRequest.getDefaultInstance());
    assertEquals(
        Reason.INVALID_FIELD, ErrorContract.reason(client.end().orElseThrow()).orElseThrow());
  }

  @Test
  void memberWithoutTheNextPassIsOutAfterTheGracePeriod(TestInfo test) throws Exception {
    ByteString group = group(test);
    var submitter = world.client();
    var _ = submitter.submit(world.create(group));
    ConnectedClient stays = connect();
    stays.attachGroup(group, 1, GatewayWorld.pass(group, 0), 1);
    ConnectedClient removed = connect();
    removed.attachGroup(group, 1, GatewayWorld.pass(group, 0), 1);
    for (ConnectedClient client : List.of(stays, removed)) {
      assertTrue(client.next().hasAttached());
      assertTrue(client.next().hasCaughtUp());
    }
    assertEquals(2, sequence(submitter.submit(world.commit(group, 0))));
    assertEquals(Kind.COMMIT, stays.deliveries(1).getFirst().getKind());
    assertEquals(Kind.COMMIT, removed.deliveries(1).getFirst().getKind());
    stays.ack(group, 2, GatewayWorld.pass(group, 1), 2);
    ConnectResponse asked = removed.next();
    assertEquals(1, asked.getPassRequired().getEpoch());
    assertTrue(asked.getPassRequired().getGraceMs() <= GRACE.toMillis() / 2 + 100);
    assertEquals(Reason.PASS_EXPIRED, removed.next().getDetached().getReason());
    assertEquals(3, sequence(submitter.submit(world.message(group, 1, "without you"))));
    assertEquals(3, stays.deliveries(1).getFirst().getSequence());
    assertTrue(removed.silentFor(300));
  }

  @Test
  void catchingUpStopsAtEachCommitUntilItsPassIsShown(TestInfo test) throws Exception {
    ByteString group = group(test);
    var submitter = world.client();
    var _ = submitter.submit(world.create(group));
    var _ = submitter.submit(world.message(group, 0, "2"));
    var _ = submitter.submit(world.commit(group, 0));
    var _ = submitter.submit(world.message(group, 1, "4"));
    var _ = submitter.submit(world.commit(group, 1));
    var _ = submitter.submit(world.message(group, 2, "6"));
    ConnectedClient client = connect();
    client.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    assertEquals(6, client.next().getAttached().getSequence());
    assertEquals(3, client.deliveries(3).getLast().getSequence());
    assertTrue(client.silentFor(200));
    client.ack(group, 3, GatewayWorld.pass(group, 1), 3);
    assertEquals(5, client.deliveries(2).getLast().getSequence());
    client.ack(group, 5, GatewayWorld.pass(group, 5), 5);
    assertEquals(Reason.WRONG_PASS, client.next().getDetached().getReason());
    client.attachGroup(group, 6, GatewayWorld.pass(group, 0), 1);
    assertEquals(6, client.next().getAttached().getSequence());
    assertTrue(client.next().hasPassRequired());
    assertEquals(Reason.PASS_EXPIRED, client.next().getDetached().getReason());
    client.attachGroup(group, 3, GatewayWorld.pass(group, 2), 5);
    assertTrue(client.next().hasAttached());
    assertEquals(6, client.deliveries(3).getLast().getSequence());
    assertTrue(client.next().hasCaughtUp());
  }

  @Test
  void stuckClientHoldsNobodyUpAndMissesNothing(TestInfo test) throws Exception {
    ByteString group = group(test);
    var submitter = world.client();
    var _ = submitter.submit(world.create(group));
    ConnectedClient stuck =
        ConnectedClient.connectStuck(world.streaming(world.gateway, Optional.of(world.token())));
    stuck.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    ConnectedClient well = connect();
    well.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    assertTrue(well.next().hasAttached());
    assertEquals(1, well.deliveries(1).size());
    assertTrue(well.next().hasCaughtUp());
    int count = 60;
    for (int i = 0; i < count; i++) {
      var _ = submitter.submit(world.message(group, 0, new byte[64 << 10]));
      assertEquals(2 + i, well.deliveries(1).getFirst().getSequence());
      well.ack(group, 2 + i, ByteString.EMPTY, 0);
    }
    stuck.read(Integer.MAX_VALUE);
    assertTrue(stuck.next().hasAttached());
    assertEquals(1, stuck.deliveries(1).getFirst().getSequence());
    ConnectResponse next = stuck.next();
    assertTrue(next.hasCaughtUp(), next::toString);
    for (int i = 0; i < count; i++) {
      assertEquals(2 + i, stuck.deliveries(1).getFirst().getSequence());
      stuck.ack(group, 2 + i, ByteString.EMPTY, 0);
    }
  }

  @Test
  void groupInfoIsThatOfTheNewestEpoch(TestInfo test) throws Exception {
    ByteString group = group(test);
    var client = world.client();
    GetGroupInfoRequest ask = GetGroupInfoRequest.newBuilder().setGroupId(group).build();
    SubmitRequest create = world.create(group);
    var unused =
        client.submit(
            create.toBuilder()
                .setCreate(
                    create.getCreate().toBuilder()
                        .setExternalJoin(true)
                        .setGroupInfo(MlsBytes.groupInfo(group, 0)))
                .build());
    GetGroupInfoResponse first = client.getGroupInfo(ask);
    assertEquals(MlsBytes.groupInfo(group, 0), first.getGroupInfo());
    assertEquals(1, first.getSequence());
    SubmitRequest commit = world.commit(group, 0);
    unused =
        client.submit(
            commit.toBuilder()
                .clearPass()
                .setCommit(
                    commit.getCommit().toBuilder()
                        .setCommit(MlsBytes.externalCommit(group, 0))
                        .setGroupInfo(MlsBytes.groupInfo(group, 1)))
                .build());
    GetGroupInfoResponse second = client.getGroupInfo(ask);
    assertEquals(1, second.getEpoch());
    assertEquals(2, second.getSequence());
    var _ = client.submit(world.commit(group, 1));
    StatusRuntimeException none =
        assertThrows(StatusRuntimeException.class, () -> client.getGroupInfo(ask));
    assertEquals(Optional.of(Reason.NO_GROUP_INFO), ErrorContract.reason(none));
  }

  @Test
  void shutdownSaysSoAndAnotherGatewayGoesOn(TestInfo test) throws Exception {
    ByteString group = group(test);
    GatewayNode brief = world.anotherGateway();
    var _ = world.client().submit(world.create(group));
    ConnectedClient client =
        ConnectedClient.connect(world.streaming(brief, Optional.of(world.token())));
    client.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    assertTrue(client.next().hasAttached());
    assertEquals(1, client.deliveries(1).size());
    long begun = System.nanoTime();
    brief.close();
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(10).toNanos());
    assertEquals(
        Reason.SHUTTING_DOWN, ErrorContract.reason(client.end().orElseThrow()).orElseThrow());
    var _ = world.client().submit(world.message(group, 0, "meanwhile"));
    ConnectedClient again = connect();
    again.attachGroup(group, 1, GatewayWorld.pass(group, 0), 1);
    assertTrue(again.next().hasAttached());
    assertEquals(2, again.deliveries(1).getFirst().getSequence());
  }
}
