package io.lockstep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.Detached;
import io.lockstep.api.v1.Reason;
import io.lockstep.client.ClientEvent.Entrance;
import io.lockstep.client.Devices.Device;
import io.lockstep.client.fake.Interference;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alice, Bob and Charlie with the real MLS engine over real gRPC, against services in memory. */
class LockstepClientTest {
  @TempDir Path directory;
  private Devices devices;
  private Device alice;
  private Device bob;
  private Device charlie;
  private GroupId group;

  @BeforeEach
  void threeInAGroup() throws Exception {
    devices = new Devices(directory);
    alice = devices.enrol("alice", "alice-1");
    bob = devices.enrol("bob", "bob-1");
    charlie = devices.enrol("charlie", "charlie-1");
    group = alice.client.createGroup(GroupOptions.open());
    alice.client.add(group, new UserName("bob"), new UserName("charlie"));
    bob.await(ClientEvent.Joined.class);
    charlie.await(ClientEvent.Joined.class);
  }

  @AfterEach
  void close() {
    devices.close();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void bothAreAddedInOneCommit() {
    assertEquals(1, alice.client.group(group).epoch());
    assertEquals(3, bob.client.group(group).members().size());
  }

  @Test
  void everyMemberReadsWhatTheOthersSay() throws Exception {
    alice.client.send(group, bytes("from alice"));
    bob.client.send(group, bytes("from bob"));
    charlie.client.send(group, bytes("from charlie"));
    assertEquals("alice", bob.awaitText("from alice"));
    assertEquals("charlie", bob.awaitText("from charlie"));
    assertEquals("bob", alice.awaitText("from bob"));
    assertEquals("alice", charlie.awaitText("from alice"));
    assertFalse(alice.texts().contains("from alice"));
  }

  @Test
  void anUpdateOpensANewEpochForAll() throws Exception {
    bob.client.update(group);
    alice.await(ClientEvent.EpochAdvanced.class, e -> e.epoch() == 2);
    charlie.await(ClientEvent.EpochAdvanced.class, e -> e.epoch() == 2);
    assertEquals(2, charlie.client.group(group).epoch());
    charlie.client.send(group, bytes("after the update"));
    alice.awaitText("after the update");
  }

  @Test
  void whoIsRemovedLearnsItAndReadsNothingMore() throws Exception {
    alice.client.remove(group, new UserName("charlie"));
    charlie.await(ClientEvent.RemovedFromGroup.class);
    alice.client.send(group, bytes("without charlie"));
    bob.awaitText("without charlie");
    assertFalse(charlie.texts().contains("without charlie"));
    assertEquals(Standing.REMOVED, charlie.client.group(group).standing());
    assertThrows(
        LockstepException.WrongStanding.class, () -> charlie.client.send(group, bytes("x")));
  }

  @Test
  void whoIsRemovedCanBeInvitedAgain() throws Exception {
    alice.client.remove(group, new UserName("charlie"));
    charlie.await(ClientEvent.RemovedFromGroup.class);
    alice.client.add(group, new UserName("charlie"));
    charlie.await(ClientEvent.Joined.class, joined -> joined.epoch() == 3);
    bob.client.send(group, bytes("welcome back"));
    charlie.awaitText("welcome back");
  }

  @Test
  void aSecondDeviceIsAddedByItself() throws Exception {
    Device second = devices.enrol("bob", "bob-2");
    alice.client.add(group, new UserName("bob"));
    second.await(ClientEvent.Joined.class);
    assertEquals(4, second.client.group(group).members().size());
    bob.client.send(group, bytes("to myself too"));
    assertEquals("bob", second.awaitText("to myself too"));
  }

  @Test
  void leavingIsCommittedByAnotherMember() throws Exception {
    bob.client.leave(group);
    bob.await(ClientEvent.RemovedFromGroup.class);
    alice.await(ClientEvent.MemberRemoved.class);
    charlie.await(ClientEvent.MemberRemoved.class);
    alice.client.send(group, bytes("two are left"));
    charlie.awaitText("two are left");
  }

  @Test
  void aDeviceThatLostTheGroupComesBackInItsOldPlace() throws Exception {
    bob.client.forget(group);
    bob.client.resync(group);
    bob.await(ClientEvent.Joined.class, joined -> joined.entrance() == Entrance.EXTERNAL_COMMIT);
    assertEquals(3, bob.client.group(group).members().size());
    bob.client.send(group, bytes("back again"));
    alice.awaitText("back again");
    charlie.awaitText("back again");
  }

  @Test
  void aDeviceThatLostEverythingTakesThePlaceOfItsOldClient() throws Exception {
    Device second = devices.enrol("bob", "bob-2");
    alice.client.add(group, new UserName("bob"));
    second.await(ClientEvent.Joined.class);
    ClientId lost = bob.id();
    bob.client.close();
    Device anew = devices.enrol("bob", "bob-anew");
    anew.client.resync(group, lost);
    assertEquals(4, anew.client.group(group).members().size());
    List<ClientId> members =
        anew.client.group(group).members().stream().map(m -> m.identity().client()).toList();
    assertTrue(members.contains(second.id()));
    assertFalse(members.contains(lost));
    anew.client.send(group, bytes("anew"));
    second.awaitText("anew");
    alice.awaitText("anew");
  }

  @Test
  void aClientJoinsAnOpenGroupFromOutside() throws Exception {
    Device dora = devices.enrol("dora", "dora-1");
    dora.client.joinExternally(group);
    dora.client.send(group, bytes("may I"));
    assertEquals("dora", charlie.awaitText("may I"));
    assertEquals(4, alice.client.group(group).members().size());
  }

  @Test
  void aClosedGroupAdmitsNobodyFromOutside() {
    GroupId closed = alice.client.createGroup(GroupOptions.closed());
    LockstepException.Refused refused =
        assertThrows(LockstepException.Refused.class, () -> bob.client.joinExternally(closed));
    assertEquals(io.lockstep.api.v1.Reason.EXTERNAL_JOIN_CLOSED, refused.reason());
  }

  @Test
  void membersThatUpdateAtOnceAllSucceedInTheEnd() throws Exception {
    Map<String, Throwable> failed = new ConcurrentHashMap<>();
    List<Thread> threads =
        Stream.of(alice, bob, charlie)
            .map(
                device ->
                    Thread.ofVirtual()
                        .name(device.client.identity().orElseThrow().user().value())
                        .uncaughtExceptionHandler((thread, e) -> failed.put(thread.getName(), e))
                        .start(() -> device.client.update(group)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(Map.of(), failed);
    alice.client.awaitSequence(group, 5);
    assertEquals(4, alice.client.group(group).epoch());
  }

  @Test
  void aCommitThatIsOvertakenBeforeItIsHandedInHasLost() {
    GroupSession session = alice.client.session(group);
    session.changes.lock();
    try {
      PendingChange change =
          alice
              .client
              .changes()
              .prepare(
                  session,
                  ignored -> Optional.of(GroupChanges.Plan.of(CommitOptions.empty().forcePath())))
              .orElseThrow();
      bob.client.update(group);
      alice.client.awaitSequence(group, 3);
      int before = devices.cell().delivery().submissions();
      Deadline deadline = Deadline.after(Duration.ofSeconds(5));
      assertFalse(alice.client.changes().submit(session, change, deadline));
      assertEquals(before, devices.cell().delivery().submissions());
    } finally {
      session.changes.unlock();
    }
    alice.client.update(group);
    assertEquals(3, alice.client.group(group).epoch());
  }

  @Test
  void aClosedClientGoesOnWhereItWas() throws Exception {
    bob.client.close();
    alice.client.send(group, bytes("while away 1"));
    alice.client.update(group);
    alice.client.send(group, bytes("while away 2"));
    Device again = devices.open("bob-1");
    again.awaitText("while away 1");
    again.awaitText("while away 2");
    again.client.send(group, bytes("thanks"));
    alice.awaitText("thanks");
  }

  @Test
  void messagesThatNobodyTookAreGivenAgainAfterACrash() throws Exception {
    long sequence = alice.client.send(group, bytes("not taken")).sequence();
    bob.client.awaitSequence(group, sequence);
    bob.client.abandon();
    Device again = devices.open("bob-1");
    again.awaitText("not taken");
  }

  @Test
  void theStreamComesBackAfterADisconnect() throws Exception {
    devices.cell().delivery().disconnectAll();
    alice.client.send(group, bytes("to a new connection"));
    bob.awaitText("to a new connection");
  }

  @Test
  void anInboxThatIsRefusedForAWhileIsAttachedAgain() throws Exception {
    AtomicInteger refusals = new AtomicInteger();
    devices
        .cell()
        .delivery()
        .interfere(
            new Interference() {
              @Override
              public List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
                if (frame.hasAttached()
                    && frame.getAttached().getStream().hasInboxId()
                    && refusals.getAndIncrement() < 2) {
                  return List.of(
                      ConnectResponse.newBuilder()
                          .setDetached(
                              Detached.newBuilder()
                                  .setStream(frame.getAttached().getStream())
                                  .setReason(Reason.RATE_LIMITED)
                                  .setRetryAfterMs(5))
                          .build());
                }
                boolean early =
                    refusals.get() <= 2
                        && frame.hasDelivery()
                        && frame.getDelivery().getStream().hasInboxId();
                return early ? List.of() : List.of(frame);
              }
            });
    Device dora = devices.enrol("dora", "dora-1");
    alice.client.add(group, new UserName("dora"));
    dora.await(ClientEvent.Joined.class);
    assertTrue(refusals.get() > 2, () -> refusals + " attachments");
  }
}
