package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How late and how far out of order a message may come (RFC 9420 section 15.3). */
class ReceiveWindowTest {
  private static final ReceiveWindow SMALL = new ReceiveWindow(4, 2, 1);
  private static final ReceiveContext NARROW = CONTEXT.withWindow(SMALL);

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private Group receiver;

  @BeforeEach
  void twoMembers() throws Exception {
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    receiver = bob.group();
  }

  private List<byte[]> sent(int count) throws MlsException {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Protected each = alice.group().protect(utf8("m" + i), new byte[0], alice.random);
      messages.add(each.message());
      alice.set(each.next());
    }
    return messages;
  }

  private String read(byte[] message, ReceiveContext context) throws MlsException {
    Effect.ApplicationMessage read =
        assertInstanceOf(Effect.ApplicationMessage.class, receiver.process(message, context));
    receiver = read.next();
    return new String(read.data(), StandardCharsets.UTF_8);
  }

  @Test
  void lastGenerationOfTheWindowIsReadAndTheOneBehindItIsNot() throws Exception {
    List<byte[]> sent = sent(6);
    assertThrows(MlsException.TooFarAhead.class, () -> receiver.process(sent.get(5), NARROW));
    assertEquals("m4", read(sent.get(4), NARROW));
    // Two skipped keys are kept, those of the youngest.
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> receiver.process(sent.get(1), NARROW));
    assertEquals("m3", read(sent.get(3), NARROW));
    assertEquals("m2", read(sent.get(2), NARROW));
    assertEquals("m5", read(sent.get(5), NARROW));
  }

  @Test
  void defaultWindowReachesAThousandAhead() throws Exception {
    Group sender = alice.group();
    byte[] atTheEdge = new byte[0];
    byte[] behindIt = new byte[0];
    for (int i = 0; i <= 1_001; i++) {
      Protected each = sender.protect(utf8("m" + i), new byte[0], alice.random);
      sender = each.next();
      atTheEdge = behindIt;
      behindIt = each.message();
    }
    byte[] beyond = behindIt;
    byte[] before = receiver.encode();
    assertThrows(MlsException.TooFarAhead.class, () -> receiver.process(beyond, CONTEXT));
    assertArrayEquals(before, receiver.encode());
    assertEquals("m1000", read(atTheEdge, CONTEXT));
    assertEquals("m1001", read(beyond, CONTEXT));
  }

  @Test
  void widerWindowReadsWhatANarrowOneRefused() throws Exception {
    List<byte[]> sent = sent(6);
    assertThrows(MlsException.TooFarAhead.class, () -> receiver.process(sent.get(5), NARROW));
    assertEquals("m5", read(sent.get(5), CONTEXT));
    assertEquals("m0", read(sent.get(0), CONTEXT));
  }

  @Test
  void pastEpochsAreKeptAsManyAsTheWindowSays() throws Exception {
    for (int pastEpochs : new int[] {0, 1, 5, 7}) {
      ReceiveContext context = CONTEXT.withWindow(new ReceiveWindow(10, 10, pastEpochs));
      List<byte[]> ofEpochs = new ArrayList<>();
      for (int i = 0; i <= pastEpochs; i++) {
        ofEpochs.add(sent(1).getFirst());
        PendingCommit next = alice.commits(CommitOptions.empty());
        alice.set(next.next());
        receiver = receiver.process(next.commit(), context).next();
      }
      byte[] tooOld = ofEpochs.removeFirst();
      assertThrows(MlsException.WrongEpoch.class, () -> receiver.process(tooOld, context));
      for (byte[] each : ofEpochs) {
        assertEquals("m0", read(each, context));
      }
      PendingCommit own = receiver.commit(CommitOptions.empty(), context, bob.random);
      alice.receives(own.commit());
      receiver = own.next();
    }
  }

  @Test
  void handshakeOfAPastEpochIsNeverTaken() throws Exception {
    byte[] late = alice.commits(CommitOptions.empty()).commit();
    PendingCommit next = alice.commits(CommitOptions.empty());
    receiver = receiver.process(next.commit(), CONTEXT).next();
    assertThrows(MlsException.WrongEpoch.class, () -> receiver.process(late, CONTEXT));
  }

  @Test
  void windowHasLimits() {
    assertThrows(IllegalArgumentException.class, () -> new ReceiveWindow(-1, 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReceiveWindow(ReceiveWindow.GENERATIONS_AHEAD_MAX + 1, 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReceiveWindow(0, ReceiveWindow.SKIPPED_KEYS_MAX + 1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ReceiveWindow(0, 0, ReceiveWindow.PAST_EPOCHS_MAX + 1));
  }
}
