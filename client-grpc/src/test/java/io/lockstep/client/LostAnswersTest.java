package io.lockstep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.client.Devices.Device;
import io.lockstep.client.fake.Interference;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests and answers that get lost, and crashes in between: everything happens once. */
class LostAnswersTest {
  @TempDir Path directory;
  private Devices devices;
  private Device alice;
  private Device bob;
  private GroupId group;

  @BeforeEach
  void twoInAGroup() throws Exception {
    devices = new Devices(directory);
    alice = devices.enrol("alice", "alice-1");
    bob = devices.enrol("bob", "bob-1");
    group = alice.client.createGroup(GroupOptions.open());
    alice.client.add(group, new UserName("bob"));
    bob.await(ClientEvent.Joined.class);
  }

  @AfterEach
  void close() {
    devices.close();
  }

  /** The first attempts of every submission meet this fate; then all goes well. */
  private Set<ByteString> firstAttempts(int count, Interference.Fate fate) {
    AtomicInteger left = new AtomicInteger(count);
    Set<ByteString> ids = ConcurrentHashMap.newKeySet();
    devices
        .cell()
        .delivery()
        .interfere(
            new Interference() {
              @Override
              public Fate fate(SubmitRequest request) {
                ids.add(request.getSubmissionId());
                return left.getAndDecrement() > 0 ? fate : Fate.ANSWERED;
              }
            });
    return ids;
  }

  private long count(Kind kind) {
    return devices.cell().delivery().entries(group.bytes()).stream()
        .filter(e -> e.getKind() == kind)
        .count();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aMessageWhoseAnswersAreLostIsThereOnceWithOneSubmissionId() throws Exception {
    Set<ByteString> ids = firstAttempts(3, Interference.Fate.ANSWER_LOST);
    alice.client.send(group, bytes("once"));
    bob.awaitText("once");
    assertEquals(1, ids.size());
    assertEquals(1, count(Kind.APPLICATION));
  }

  @Test
  void aMessageWhoseRequestsAreLostArrivesInTheEnd() throws Exception {
    firstAttempts(3, Interference.Fate.LOST);
    alice.client.send(group, bytes("at last"));
    bob.awaitText("at last");
  }

  @Test
  void aGatewayThatLagsBehindIsAskedAgain() throws Exception {
    firstAttempts(3, Interference.Fate.WRONG_PASS);
    alice.client.update(group);
    firstAttempts(3, Interference.Fate.WRONG_PASS);
    alice.client.send(group, bytes("patiently"));
    bob.awaitText("patiently");
    assertEquals(1, count(Kind.APPLICATION));
    assertEquals(2, count(Kind.COMMIT));
  }

  @Test
  void aCommitWhoseAnswerIsLostTakesEffectOnce() throws Exception {
    firstAttempts(2, Interference.Fate.ANSWER_LOST);
    alice.client.update(group);
    assertEquals(2, alice.client.group(group).epoch());
    bob.client.send(group, bytes("in step"));
    alice.awaitText("in step");
  }

  @Test
  void aCommitThatWasSequencedBeforeACrashIsInForceAfterwards() throws Exception {
    crashDuring(Interference.Fate.ANSWER_LOST, device -> device.client.update(group));
    Device again = devices.open("alice-1");
    again.await(ClientEvent.EpochAdvanced.class, e -> e.epoch() == 2);
    bob.client.send(group, bytes("after the crash"));
    again.awaitText("after the crash");
    again.client.send(group, bytes("yes"));
    bob.awaitText("yes");
    assertEquals(2, count(Kind.COMMIT));
  }

  @Test
  void aCommitThatNeverArrivedBeforeACrashIsHandedInAgain() throws Exception {
    crashDuring(Interference.Fate.LOST, device -> device.client.update(group));
    Device again = devices.open("alice-1");
    again.await(ClientEvent.EpochAdvanced.class, e -> e.epoch() == 2);
    assertEquals(2, count(Kind.COMMIT));
  }

  @Test
  void aCommitThatLostItsRaceDuringACrashIsDropped() throws Exception {
    crashDuring(Interference.Fate.LOST, device -> device.client.update(group));
    bob.client.update(group);
    Device again = devices.open("alice-1");
    again.await(ClientEvent.EpochAdvanced.class, e -> e.by().user().value().equals("bob"));
    again.client.send(group, bytes("in step with bob"));
    bob.awaitText("in step with bob");
    assertEquals(2, count(Kind.COMMIT));
  }

  @Test
  void aMessageOnItsWayDuringACrashIsSentAfterwardsOnce() throws Exception {
    crashDuring(Interference.Fate.LOST, device -> device.client.send(group, bytes("kept")));
    bob.client.update(group);
    Device again = devices.open("alice-1");
    bob.awaitText("kept");
    again.client.send(group, bytes("next"));
    bob.awaitText("next");
    assertEquals(2, count(Kind.APPLICATION));
  }

  @Test
  void anExternalCommitThatWasSequencedBeforeACrashIsInForceAfterwards() throws Exception {
    bob.client.forget(group);
    Device first = bob;
    devices.cell().delivery().interfere(always(Interference.Fate.ANSWER_LOST, bob));
    Device impatient = reopenImpatient("bob-1", first);
    assertThrows(LockstepException.OutcomeUnknown.class, () -> impatient.client.resync(group));
    impatient.client.abandon();
    devices.cell().delivery().interfere(new Interference() {});
    Device again = devices.open("bob-1");
    again.await(ClientEvent.Joined.class);
    again.client.send(group, bytes("back"));
    alice.awaitText("back");
    assertEquals(2, again.client.group(group).members().size());
  }

  private interface Operation {
    void run(Device device);
  }

  /** Alice's operation gets no answer, ever, and her process dies. */
  private void crashDuring(Interference.Fate fate, Operation operation) {
    Device impatient = reopenImpatient("alice-1", alice);
    devices.cell().delivery().interfere(always(fate, alice));
    assertThrows(LockstepException.OutcomeUnknown.class, () -> operation.run(impatient));
    impatient.client.abandon();
    devices.cell().delivery().interfere(new Interference() {});
  }

  /** Cuts the device's deliveries off as well, so that nothing could tell it. */
  private static Interference always(Interference.Fate fate, Device cutOff) {
    ByteString id = ByteString.copyFrom(cutOff.id().bytes());
    return new Interference() {
      @Override
      public Fate fate(SubmitRequest request) {
        return fate;
      }

      @Override
      public List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
        return frame.hasDelivery() && client.equals(id) ? List.of() : List.of(frame);
      }
    };
  }

  private Device reopenImpatient(String name, Device device) {
    device.client.close();
    ClientConfig config = devices.config(name);
    return devices.open(config.withLimits(config.limits().withOperation(Duration.ofMillis(400))));
  }
}
