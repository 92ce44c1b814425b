package io.lockstep.sequencer.law;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is stored of the duplicate windows, and what becomes of it when some of it is missing. */
class WindowPartsTest {
  private static final int ALL_SEALED_PARTS = 40;
  private static final long HOUR = 3_600_000;

  private final StreamFold fold = new StreamFold();
  private final StateCodec<FoldedStream> codec = fold.states();

  /** A stream's life with a snapshot of its parts after each entry. */
  private final class Life {
    final List<StreamEntry> entries = new ArrayList<>();
    final List<Optional<FoldedStream>> after = new ArrayList<>();
    final PartsOnDisk disk = new PartsOnDisk();
    Optional<FoldedStream> state = Optional.empty();
    long now = StreamWorld.START_MILLIS;

    StreamEntry submit(StreamCommand command) {
      StreamEntry entry = fold.decide(state, command, new SubmissionPoint(0, 0, now, 1));
      Optional<FoldedStream> next = fold.apply(state, entry);
      next.ifPresent(s -> disk.store(codec, state, s));
      state = next;
      entries.add(entry);
      after.add(next);
      return entry;
    }
  }

  private Life life(Random random, int length) {
    Life life = new Life();
    life.submit(Commands.create(1));
    for (int i = 0; i < length; i++) {
      life.now += random.nextInt(200) == 0 ? 10 * HOUR : random.nextInt(2000) - 200L;
      life.submit(
          random.nextInt(3) == 0
              ? Commands.create(100_000 + i)
              : Commands.application(2 + random.nextInt(2000), 0));
    }
    return life;
  }

  @Test
  void anEntryCostsTheHeadAndASegmentIsWrittenOnce() {
    Life life = new Life();
    life.submit(Commands.create(1));
    int largestHead = 0;
    for (int i = 2; i <= 3200; i++) {
      life.submit(Commands.application(i, 0));
      largestHead = Math.max(largestHead, life.disk.parts.get(StateCodec.HEAD).size());
    }
    assertEquals(3200 / Segment.SLOTS, life.disk.sealedWrites);
    assertTrue(largestHead < 1000, "head of " + largestHead + " bytes");
    assertEquals(1 + StreamLimits.SEEN_ACCEPTED_MAX / Segment.SLOTS, life.disk.parts.size());
  }

  @Test
  void segmentsAreDroppedWhenAllOfThemIsTooOld() {
    Life life = new Life();
    life.submit(Commands.create(1));
    for (int i = 2; i <= 320; i++) {
      life.submit(Commands.application(i, 0));
    }
    assertEquals(1 + 10, life.disk.parts.size());
    life.now += StreamLimits.SEEN_AGE_MAX_MILLIS + 1;
    life.submit(Commands.application(321, 0));
    assertEquals(1, life.disk.parts.size());
    assertFalse(codec.hasHoles(life.disk.load(codec)));
  }

  @Test
  void whatWasStoredIsWhatWasThere() {
    for (long seed = 1; seed <= 20; seed++) {
      Life life = life(new Random(seed), 3000);
      assertSame(life.state.orElseThrow(), life.disk.load(codec), "seed " + seed);
    }
  }

  /**
   * A head and sealed parts of any moments, before it or after it, or missing: folding the entries
   * over it, first those that the head has, then the others, gives what an owner has that was there
   * all the time.
   */
  @Test
  void aTornStateFoldedOverTheLogIsTheLiveOne() {
    for (long seed = 1; seed <= 60; seed++) {
      Random random = new Random(seed);
      Life life = life(random, 500 + random.nextInt(4000));
      int headAt = random.nextInt(life.entries.size());
      FoldedStream state = torn(life, headAt, random);
      for (int i = 0; i < life.entries.size(); i++) {
        StreamEntry entry = life.entries.get(i);
        state =
            i <= headAt
                ? fold.remember(state, entry)
                : fold.apply(Optional.of(state), entry).orElseThrow();
        if (i <= headAt) {
          FoldedStream twice = fold.remember(state, entry);
          assertEquals(state, twice, "seed " + seed + ": remembering again changes something");
        }
        if (random.nextInt(50) == 0) {
          PartsOnDisk disk = new PartsOnDisk();
          disk.store(codec, Optional.empty(), state);
          state = disk.load(codec);
        }
      }
      assertSame(life.state.orElseThrow(), state, "seed " + seed);
    }
  }

  private FoldedStream torn(Life life, int headAt, Random random) {
    Map<Integer, ByteString> sealed = new TreeMap<>();
    for (int part = 1; part <= ALL_SEALED_PARTS; part++) {
      if (random.nextInt(3) > 0) {
        PartsOnDisk disk = new PartsOnDisk();
        int at = random.nextInt(life.entries.size());
        disk.store(codec, Optional.empty(), life.after.get(at).orElseThrow());
        ByteString version = disk.parts.get(part);
        if (version != null) {
          sealed.put(part, version);
        }
      }
    }
    try {
      byte[] head = codec.encode(life.after.get(headAt).orElseThrow());
      return codec.fill(codec.decode(head), sealed);
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void rememberingLeavesTheHeadAsItIs() throws CodecException {
    Life life = life(new Random(1), 2000);
    byte[] head = codec.encode(life.state.orElseThrow());
    FoldedStream bare = codec.decode(head);
    for (StreamEntry entry : life.entries) {
      bare = fold.remember(bare, entry);
      assertArrayEquals(head, codec.encode(bare));
    }
  }

  @Test
  void damagedPartsAreRefusedAndNotFolded() {
    Life life = life(new Random(1), 2000);
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      Map<Integer, ByteString> parts = new TreeMap<>(life.disk.parts);
      int part = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(ALL_SEALED_PARTS);
      byte[] bytes = parts.getOrDefault(part, ByteString.EMPTY).toByteArray();
      if (bytes.length == 0) {
        continue;
      }
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      parts.put(part, ByteString.copyFrom(bytes));
      try {
        FoldedStream state = codec.fill(codec.decode(parts.get(0).toByteArray()), parts);
        StreamEntry next =
            fold.decide(
                Optional.of(state),
                Commands.application(7_000_000, 0),
                new SubmissionPoint(0, 0, life.now, 1));
        var _ = fold.apply(Optional.of(state), next);
      } catch (CodecException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "refused " + refused);
    assertThrows(CodecException.class, () -> codec.decode(new byte[] {1}));
  }

  private void assertSame(FoldedStream expected, FoldedStream actual, String what) {
    assertEquals(all(expected), all(actual), what);
  }

  private Map<Integer, ByteString> all(FoldedStream state) {
    PartsOnDisk disk = new PartsOnDisk();
    disk.store(codec, Optional.empty(), state);
    return disk.parts;
  }
}
