package io.lockstep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.lockstep.client.ClientEvent.ForkDetected;
import io.lockstep.client.Devices.Device;
import io.lockstep.client.fake.Interference;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that drops, reorders, replays, alters or forks is found out, and harms no state. */
class HostileServiceTest {
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
    group = alice.client.createGroup(GroupOptions.closed());
    alice.client.add(group, new UserName("bob"));
    bob.await(ClientEvent.Joined.class);
  }

  @AfterEach
  void close() {
    devices.close();
  }

  private void send(String text) {
    alice.client.send(group, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Does something to the group messages that go to Bob. */
  private void towardsBob(Function<DeliveryFrame, List<DeliveryFrame>> change) {
    ByteString id = ByteString.copyFrom(bob.id().bytes());
    devices
        .cell()
        .delivery()
        .interfere(
            new Interference() {
              @Override
              public List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
                boolean meant =
                    client.equals(id)
                        && frame.hasDelivery()
                        && frame.getDelivery().getKind() == Kind.APPLICATION;
                return meant
                    ? change.apply(frame.getDelivery()).stream()
                        .map(f -> ConnectResponse.newBuilder().setDelivery(f).build())
                        .toList()
                    : List.of(frame);
              }
            });
  }

  /** The group is stopped where it was, and goes on from there with an honest service. */
  private void assertUnharmed(Contradiction contradiction, String... texts) throws Exception {
    ForkDetected fork = bob.await(ForkDetected.class);
    assertEquals(contradiction, fork.contradiction());
    assertEquals(Standing.FAULTED, bob.client.group(group).standing());
    assertThrows(LockstepException.WrongStanding.class, () -> bob.client.send(group, new byte[1]));
    devices.cell().delivery().interfere(new Interference() {});
    bob.client.resume(group);
    for (String text : texts) {
      bob.awaitText(text);
    }
    bob.client.send(group, "still here".getBytes(StandardCharsets.UTF_8));
    alice.awaitText("still here");
  }

  @Test
  void aDroppedMessageIsNoticedWithTheNextOne() throws Exception {
    List<DeliveryFrame> held = new ArrayList<>();
    towardsBob(
        frame -> {
          if (held.isEmpty()) {
            held.add(frame);
            return List.of();
          }
          return List.of(frame);
        });
    send("one");
    send("two");
    assertUnharmed(Contradiction.ENTRY_MISSING, "one", "two");
  }

  @Test
  void reorderedMessagesAreNoticed() throws Exception {
    List<DeliveryFrame> held = new ArrayList<>();
    towardsBob(
        frame -> {
          held.add(frame);
          return held.size() < 2 ? List.of() : List.of(held.get(1), held.get(0));
        });
    send("one");
    send("two");
    assertUnharmed(Contradiction.ENTRY_MISSING, "one", "two");
  }

  @Test
  void aFlippedBitIsNoticed() throws Exception {
    towardsBob(
        frame -> {
          byte[] payload = frame.getPayload().toByteArray();
          payload[payload.length - 1] ^= 1;
          return List.of(frame.toBuilder().setPayload(ByteString.copyFrom(payload)).build());
        });
    send("one");
    assertUnharmed(Contradiction.CHAIN_MISMATCH, "one");
  }

  @Test
  void aMessageMovedToAnotherEpochIsNoticed() throws Exception {
    towardsBob(frame -> List.of(frame.toBuilder().setEpoch(frame.getEpoch() + 1).build()));
    send("one");
    assertUnharmed(Contradiction.CHAIN_MISMATCH, "one");
  }

  @Test
  void theSameDeliveryTwiceIsDropped() throws Exception {
    towardsBob(frame -> List.of(frame, frame));
    send("one");
    send("two");
    bob.awaitText("one");
    bob.awaitText("two");
    assertEquals(List.of("one", "two"), bob.texts());
  }

  @Test
  void anOldMessageAtANewPlaceIsNoticed() throws Exception {
    towardsBob(
        frame -> List.of(frame, frame.toBuilder().setSequence(frame.getSequence() + 1).build()));
    send("one");
    assertUnharmed(Contradiction.CHAIN_MISMATCH, "one");
    assertEquals(1, bob.texts().stream().filter("one"::equals).count());
  }

  @Test
  void anOldMessageWithAChainMadeToFitIsNotReadTwice() throws Exception {
    towardsBob(frame -> List.of(frame, replayOf(frame)));
    send("one");
    bob.awaitText("one");
    bob.await(ClientEvent.MessageLost.class);
    assertEquals(List.of("one"), bob.texts());
    // From here on Bob's history is another than Alice's; whoever reads the other first, finds out.
    devices.cell().delivery().interfere(new Interference() {});
    send("two");
    bob.await(ForkDetected.class);
  }

  private DeliveryFrame replayOf(DeliveryFrame frame) {
    byte[] chain =
        io.lockstep.api.StreamChain.next(
            frame.getChain().toByteArray(),
            group.bytes(),
            frame.getSequence() + 1,
            frame.getEpoch(),
            frame.getPayload().toByteArray());
    return frame.toBuilder()
        .setSequence(frame.getSequence() + 1)
        .setChain(ByteString.copyFrom(chain))
        .build();
  }

  @Test
  void aHistoryOfItsOwnForOneMemberIsNoticedByTheOther() throws Exception {
    // Bob is shown a message that Alice never sees, in a chain that fits; later ones are cut off.
    ByteString id = ByteString.copyFrom(bob.id().bytes());
    devices
        .cell()
        .delivery()
        .interfere(
            new Interference() {
              @Override
              public List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
                boolean meant = client.equals(id) && frame.hasDelivery();
                if (!meant || frame.getDelivery().getKind() != Kind.APPLICATION) {
                  return List.of(frame);
                }
                DeliveryFrame real = frame.getDelivery();
                DeliveryFrame before =
                    devices
                        .cell()
                        .delivery()
                        .entries(group.bytes())
                        .get((int) real.getSequence() - 2);
                byte[] junk = {9, 9, 9};
                byte[] chain =
                    io.lockstep.api.StreamChain.next(
                        before.getChain().toByteArray(),
                        group.bytes(),
                        real.getSequence(),
                        real.getEpoch(),
                        junk);
                return List.of(
                    ConnectResponse.newBuilder()
                        .setDelivery(
                            real.toBuilder()
                                .setPayload(ByteString.copyFrom(junk))
                                .setChain(ByteString.copyFrom(chain)))
                        .build());
              }
            });
    send("hidden from bob");
    bob.await(ClientEvent.MessageLost.class);
    bob.client.send(group, "said on another history".getBytes(StandardCharsets.UTF_8));
    ForkDetected fork = alice.await(ForkDetected.class);
    assertEquals(Contradiction.MEMBER_SAW_OTHER_HISTORY, fork.contradiction());
    // A person may decide to read on.
    alice.client.resume(group);
    alice.awaitText("said on another history");
  }

  @Test
  void anAnswerForAMessageThatIsNotThereIsNoticed() throws Exception {
    // The service says that the message has a place, and shows something else there.
    ByteString aliceId = ByteString.copyFrom(alice.id().bytes());
    devices
        .cell()
        .delivery()
        .interfere(
            new Interference() {
              @Override
              public List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
                if (!client.equals(aliceId) || !frame.hasDelivery()) {
                  return List.of(frame);
                }
                DeliveryFrame real = frame.getDelivery();
                DeliveryFrame before =
                    devices
                        .cell()
                        .delivery()
                        .entries(group.bytes())
                        .get((int) real.getSequence() - 2);
                byte[] junk = {9, 9, 9};
                byte[] chain =
                    io.lockstep.api.StreamChain.next(
                        before.getChain().toByteArray(),
                        group.bytes(),
                        real.getSequence(),
                        real.getEpoch(),
                        junk);
                return List.of(
                    ConnectResponse.newBuilder()
                        .setDelivery(
                            real.toBuilder()
                                .setPayload(ByteString.copyFrom(junk))
                                .setChain(ByteString.copyFrom(chain)))
                        .build());
              }
            });
    try {
      send("swallowed");
    } catch (LockstepException.WrongStanding e) {
      assertEquals(Standing.FAULTED, e.standing());
    }
    ForkDetected fork = alice.await(ForkDetected.class);
    assertEquals(Contradiction.OWN_MESSAGE_MISSING, fork.contradiction());
    assertFalse(bob.texts().contains("never"));
  }

  @Test
  void aFaultSurvivesARestart() throws Exception {
    towardsBob(frame -> List.of(frame.toBuilder().setEpoch(7).build()));
    send("one");
    bob.await(ForkDetected.class);
    bob.client.close();
    Device again = devices.open("bob-1");
    assertEquals(Standing.FAULTED, again.client.group(group).standing());
  }
}
