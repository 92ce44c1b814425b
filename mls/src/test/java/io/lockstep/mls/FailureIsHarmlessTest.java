package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.message.Proposal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever a server makes of a genuine message, a member refuses it with a typed error, stays as it
 * was, and reads the genuine message afterwards.
 */
class FailureIsHarmlessTest {
  private static final long SEED = 20_261_101;

  /** So many bits are flipped of one message, all of them if it has no more. */
  private static final int FLIPS_MAX = 1_500;

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");
  private final Random random = new Random(SEED);

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(
            CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()).forcePath());
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  /** One of each kind, each of which bob can process as the next message. */
  private Map<String, byte[]> genuine() throws Exception {
    HandshakeOptions open = HandshakeOptions.publicMessage();
    HandshakeOptions sealed = HandshakeOptions.privateMessage();
    Map<String, byte[]> messages = new LinkedHashMap<>();
    messages.put(
        "application", alice.group().protect(utf8("x"), utf8("aad"), alice.random).message());
    for (HandshakeOptions framing : List.of(open, sealed)) {
      String kind = framing.wireFormat().toString();
      Proposal remove = new Proposal.Remove(carol.leaf());
      messages.put(
          kind + " proposal", alice.group().propose(remove, framing, alice.random).message());
      messages.put(kind + " commit", alice.commits(CommitOptions.empty().framed(framing)).commit());
      messages.put(
          kind + " addition",
          alice.commits(CommitOptions.empty().framed(framing).add(dave.keyPackage())).commit());
    }
    messages.put(
        "external commit",
        Group.joinExternally(
                alice.group().groupInfo(GroupInfoContent.WITH_TREE),
                dave.keys,
                dave.credential,
                CONTEXT,
                dave.random)
            .commit());
    return messages;
  }

  private int[] bits(byte[] message) {
    int count = 8 * message.length;
    return count <= FLIPS_MAX
        ? IntStream.range(0, count).toArray()
        : random.ints(FLIPS_MAX, 0, count).toArray();
  }

  @Test
  void everyTruncationOfEveryKindIsHarmless() throws Exception {
    byte[] before = bob.group().encode();
    for (Map.Entry<String, byte[]> each : genuine().entrySet()) {
      byte[] message = each.getValue();
      for (int length = 0; length < message.length; length++) {
        byte[] part = Arrays.copyOf(message, length);
        assertThrows(MlsException.class, () -> bob.tries(part), each.getKey() + " cut");
      }
      assertArrayEquals(before, bob.group().encode(), each.getKey());
      bob.tries(message);
    }
  }

  @Test
  void everyFlippedBitOfEveryKindIsHarmless() throws Exception {
    byte[] before = bob.group().encode();
    for (Map.Entry<String, byte[]> each : genuine().entrySet()) {
      byte[] message = each.getValue();
      for (int bit : bits(message)) {
        byte[] altered = message.clone();
        altered[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThrows(MlsException.class, () -> bob.tries(altered), each.getKey() + " bit " + bit);
      }
      assertArrayEquals(before, bob.group().encode(), each.getKey());
      bob.tries(message);
    }
  }

  @Test
  void spoiltWelcomesAreHarmless() throws Exception {
    byte[] welcome =
        alice
            .commits(CommitOptions.empty().add(dave.keyPackage()).ratchetTreeInWelcome())
            .welcome()
            .orElseThrow();
    byte[] bundle = dave.bundle().encode();
    for (int length = 0; length < welcome.length; length++) {
      byte[] part = Arrays.copyOf(welcome, length);
      assertThrows(MlsException.class, () -> dave.joins(part));
    }
    for (int bit : bits(welcome)) {
      byte[] altered = welcome.clone();
      altered[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThrows(MlsException.class, () -> dave.joins(altered), "bit " + bit);
    }
    assertArrayEquals(bundle, dave.bundle().encode());
    dave.joins(welcome);
  }

  @Test
  void partsOfDifferentMessagesPutTogetherAreHarmless() throws Exception {
    byte[] before = bob.group().encode();
    List<byte[]> messages = new ArrayList<>(genuine().values());
    for (byte[] head : messages) {
      for (byte[] tail : messages) {
        int shorter = Math.min(head.length, tail.length);
        int cut = 1 + random.nextInt(shorter - 1);
        byte[] mixed = head.clone();
        System.arraycopy(tail, cut, mixed, cut, shorter - cut);
        if (!Arrays.equals(mixed, head) && !Arrays.equals(mixed, tail)) {
          assertThrows(MlsException.class, () -> bob.tries(mixed));
        }
      }
    }
    assertArrayEquals(before, bob.group().encode());
  }

  @Test
  void replayAndReorderAreHarmless() throws Exception {
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sent.add(alice.says("message " + i));
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, sent.size()).boxed().toList());
    Collections.shuffle(order, random);
    for (int i : order) {
      byte[] message = sent.get(i);
      assertEquals("message " + i, bob.reads(message), "seed " + SEED);
      byte[] after = bob.group().encode();
      assertThrows(MlsException.KeyAlreadyUsed.class, () -> bob.tries(message));
      assertArrayEquals(after, bob.group().encode());
    }
    byte[] commit = alice.commits(CommitOptions.empty()).commit();
    bob.receives(commit);
    byte[] after = bob.group().encode();
    assertThrows(MlsException.WrongEpoch.class, () -> bob.tries(commit));
    for (byte[] message : sent) {
      assertThrows(MlsException.KeyAlreadyUsed.class, () -> bob.tries(message));
    }
    assertArrayEquals(after, bob.group().encode());
  }

  @Test
  void ownerOfASpoiltMessageStillReadsTheNextOnes() throws Exception {
    byte[] first = alice.says("first");
    byte[] second = alice.says("second");
    byte[] commit =
        alice.commits(CommitOptions.empty().framed(HandshakeOptions.publicMessage())).commit();
    for (byte[] each : List.of(first, second, commit)) {
      byte[] altered = each.clone();
      altered[altered.length - 1] ^= 1;
      assertThrows(MlsException.class, () -> bob.tries(altered));
    }
    assertEquals("second", bob.reads(second));
    assertEquals("first", bob.reads(first));
    assertInstanceOf(Effect.CommitApplied.class, bob.group().process(commit, TRUST, NOW));
  }
}
