package io.lockstep.mls;

import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PaddingTest {
  @Property(seed = "4242")
  void multipleIsTheNextOne(
      @ForAll @IntRange(max = 10_000_000) int length,
      @ForAll @IntRange(min = 1, max = Padding.MULTIPLE_MAX) int bytes) {
    int padded = Padding.toMultipleOf(bytes).paddedLength(length);
    assertEquals(0, padded % bytes);
    assertTrue(padded >= length && padded - length < bytes);
  }

  @Property(seed = "4242")
  void padmeAddsAtMostTwelvePercentAndIsStable(@ForAll @IntRange(max = 1 << 29) int length) {
    int padded = Padding.padme().paddedLength(length);
    assertTrue(padded >= length);
    assertTrue(padded - length <= length * 0.12, length + " became " + padded);
    assertEquals(padded, Padding.padme().paddedLength(padded));
    assertEquals(length, Padding.none().paddedLength(length));
  }

  /** Computed by hand: a length of 2^e and some keeps its floor(log2 e) + 2 highest bits. */
  @Test
  void padmeKeepsTheHighBits() {
    assertEquals(10, Padding.padme().paddedLength(9));
    assertEquals(104, Padding.padme().paddedLength(100));
    assertEquals(1024, Padding.padme().paddedLength(1_000));
    assertEquals(1_015_808, Padding.padme().paddedLength(1_000_000));
    Set<Integer> lengths = new TreeSet<>();
    for (int length = 1; length <= 1 << 16; length++) {
      lengths.add(Padding.padme().paddedLength(length));
    }
    assertTrue(lengths.size() < 200, lengths.size() + " lengths up to 64 KiB");
  }

  @Test
  void paddedMessagesOfManyLengthsLookAlikeAndAreRead() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    Set<Integer> lengths = new TreeSet<>();
    for (int i = 0; i < 60; i += 7) {
      Protected message =
          alice.group().protect(new byte[i], utf8("aad"), Padding.toMultipleOf(512), alice.random);
      alice.set(message.next());
      lengths.add(message.message().length);
      Effect.ApplicationMessage read =
          assertInstanceOf(Effect.ApplicationMessage.class, bob.receives(message.message()));
      assertArrayEquals(new byte[i], read.data());
    }
    assertEquals(1, lengths.size(), lengths.toString());
  }

  @Test
  void commitsAndProposalsArePaddedToo() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    for (Padding padding : List.of(Padding.padme(), Padding.toMultipleOf(8_192))) {
      HandshakeOptions framing = HandshakeOptions.privateMessage().withPadding(padding);
      bob.receives(alice.proposes(alice.group().proposeUpdate(framing, alice.random)));
      PendingCommit commit = bob.commits(CommitOptions.empty().framed(framing));
      bob.set(commit.next());
      assertInstanceOf(Effect.CommitApplied.class, alice.receives(commit.commit()));
    }
    PendingCommit large =
        bob.commits(
            CommitOptions.empty()
                .framed(
                    HandshakeOptions.privateMessage().withPadding(Padding.toMultipleOf(8_192))));
    assertTrue(large.commit().length > 8_192);
  }

  @Test
  void multiplesOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Padding.toMultipleOf(0));
    assertThrows(
        IllegalArgumentException.class, () -> Padding.toMultipleOf(Padding.MULTIPLE_MAX + 1));
  }
}
