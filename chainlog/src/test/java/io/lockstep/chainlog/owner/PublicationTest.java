package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.RocksStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a writer begins; what it does from there on is {@link RetentionSimulationTest}'s. */
class PublicationTest {
  private static final int PARTITION = 1;
  private static final StatePart PART = new StatePart("a", StateCodec.HEAD);

  private final StreamStore store = new InMemoryStreamStore();
  private final Publication publication = new Publication(store, PARTITION);

  private static ChainPosition at(long offset) {
    return new ChainPosition(offset, ChainHead.ZERO, offset, 1);
  }

  private void begin(long position, long watermark) {
    assertEquals(at(watermark), begin(position, watermark, OptionalLong.empty()).watermark());
  }

  /** What it makes itself known with. */
  private Publication.Positions begin(long position, long watermark, OptionalLong unsettledAfter) {
    store.write(
        PARTITION,
        new StreamStore.Batch(
            List.of(
                new StreamStore.PutState(
                    PART.key(), PART.part(), new StreamStore.StoredState(50, ByteString.EMPTY))),
            Optional.of(at(position))));
    publication.begin(at(position));
    publication.known(
        new KnownPositions(Optional.of(at(watermark)), List.of(), unsettledAfter), at(position), 0);
    Publication.Positions known =
        assertInstanceOf(Publication.Positions.class, next(position).orElseThrow());
    publication.acknowledged(0);
    return known;
  }

  private Optional<Publication.Step> next(long position) {
    return publication.next(at(position), 0, 0, true);
  }

  @Test
  void afterAPlannedEndThereIsNothingToPublish() {
    begin(60, 60);
    assertEquals(Optional.empty(), next(60));
    assertTrue(publication.isIdle(at(60)));
  }

  @Test
  void whatTheStoreHasBeyondTheNewestWatermarkIsPublishedFirst() {
    begin(60, 49);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(60));
    publication.acknowledged(0);
    Publication.Positions positions =
        assertInstanceOf(Publication.Positions.class, next(60).orElseThrow());
    assertEquals(at(60), positions.watermark());
  }

  @Test
  void whatChangesWhileTheWatermarkIsLookedUpIsPublishedToo() {
    begin(60, 60);
    publication.changed(List.of(PART));
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(61));
  }

  @Test
  void aWatermarkBeyondTheLogsEndIsOfAnotherLogAndAllOfTheStoreIsPublished() {
    assertEquals(ChainPosition.START, begin(60, 90, OptionalLong.empty()).watermark());
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(60));
  }

  @Test
  void whatTheOneBeforeLeftUnsettledIsPublishedAgainWhenNothingOlderCanComeAnyMore() {
    assertEquals(
        OptionalLong.of(49), begin(60, 60, OptionalLong.of(49)).unsettledAfter(), "handed on");
    long then = Publication.AGAIN_AFTER.toNanos();
    assertEquals(Optional.empty(), next(60));
    assertEquals(Optional.empty(), publication.next(at(60), 0, then - 1, true));
    assertEquals(
        Optional.of(new Publication.States(List.of(PART))),
        publication.next(at(60), 0, then, true));
    publication.acknowledged(then);
    Publication.Positions settled =
        assertInstanceOf(
            Publication.Positions.class, publication.next(at(60), 0, then, true).orElseThrow());
    assertEquals(OptionalLong.empty(), settled.unsettledAfter());
  }

  @Test
  void whatIsNotKnownToBeWrittenIsSentAgainBeforeAnyWatermark() {
    StatePart sealed = new StatePart(PART.key(), StateCodec.HEAD + 1);
    begin(60, 60);
    publication.changed(List.of(sealed, PART));
    assertEquals(Optional.of(new Publication.States(List.of(sealed))), next(61));
    publication.failed();
    assertEquals(Optional.of(new Publication.States(List.of(sealed))), next(61));
    publication.acknowledged(0);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(61));
    publication.failed();
    assertEquals(Optional.of(new Publication.States(List.of(sealed))), next(61));
    publication.acknowledged(0);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(61));
    publication.acknowledged(0);
    assertInstanceOf(Publication.Positions.class, next(61).orElseThrow());
  }

  @Test
  void nothingIsSentWhileTheStepBeforeIsNotAcknowledged() {
    begin(60, 49);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(60));
    assertEquals(Optional.empty(), next(60));
    publication.acknowledged(0);
    assertInstanceOf(Publication.Positions.class, next(60).orElseThrow());
    assertEquals(Optional.empty(), next(61));
  }

  @Test
  void noWatermarkComesBeforeAllThatTheStoreHasHoweverMuchItIs(@TempDir Path dir) {
    int many = 10_000;
    List<StreamStore.Change> states = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      states.add(
          new StreamStore.PutState(
              "k" + i, StateCodec.HEAD, new StreamStore.StoredState(55, ByteString.EMPTY)));
    }
    try (StreamStore inPages = RocksStreamStore.open(dir)) {
      inPages.write(PARTITION, new StreamStore.Batch(states, Optional.of(at(60))));
      Publication large = new Publication(inPages, PARTITION);
      large.begin(at(60));
      large.known(
          new KnownPositions(Optional.of(at(49)), List.of(), OptionalLong.empty()), at(60), 0);
      assertInstanceOf(Publication.Positions.class, large.next(at(60), 0, 0, true).orElseThrow());
      large.acknowledged(0);
      assertEquals(many, partsBeforeTheWatermark(large, many));
    }
  }

  private static int partsBeforeTheWatermark(Publication large, int stepsMax) {
    int sent = 0;
    for (int step = 0; step < stepsMax; step++) {
      Optional<Publication.Step> next = large.next(at(60), 0, 0, true);
      if (next.isPresent() && next.get() instanceof Publication.States parts) {
        sent += parts.parts().size();
        large.acknowledged(0);
      } else if (next.isPresent()) {
        return sent;
      }
    }
    throw new AssertionError("no watermark after " + sent + " parts");
  }

  @Test
  void thatAPartIsGoneIsRememberedUntilNothingOlderCanComeAnyMore() {
    begin(60, 60);
    store.write(
        PARTITION,
        new StreamStore.Batch(
            List.of(new StreamStore.DeleteState(PART.key(), PART.part(), 65)),
            Optional.of(at(70))));
    publication.changed(List.of(PART));
    published(0);
    assertEquals(OptionalLong.of(65), store.deletedAt(PARTITION, PART.key(), PART.part()));
    long then = Publication.AGAIN_AFTER.toNanos();
    assertEquals(Optional.empty(), publication.next(at(70), 0, then, true));
    published(2 * then);
    assertEquals(OptionalLong.empty(), store.deletedAt(PARTITION, PART.key(), PART.part()));
  }

  @Test
  void theCheckpointJustBeforeTheFirstRecordIsKeptAndThoseBeforeItGo() {
    publication.begin(at(60));
    publication.known(
        new KnownPositions(
            Optional.of(at(60)), List.of(at(38), at(39), at(50)), OptionalLong.empty()),
        at(60),
        0);
    assertInstanceOf(Publication.Positions.class, next(60).orElseThrow());
    publication.acknowledged(0);
    Publication.Positions positions =
        assertInstanceOf(
            Publication.Positions.class, publication.next(at(61), 40, 0, true).orElseThrow());
    assertEquals(List.of(38L), positions.deleted());
  }

  /** As a standby that has taken over and is then made the owner. */
  @Test
  void whoBeginsAnewAsksAgainWhatIsPublishedAndLeavesNothingOut() {
    begin(60, 49);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(60));
    begin(60, 49);
    assertEquals(Optional.of(new Publication.States(List.of(PART))), next(60));
  }

  @Test
  void whoWritesNoMorePublishesNothing() {
    begin(60, 49);
    publication.end();
    publication.changed(List.of(PART));
    assertEquals(Optional.empty(), next(61));
    assertTrue(publication.isIdle(at(61)));
  }

  @Test
  void whatWasPublishedALittleWhileAgoIsNotSettledYet() {
    begin(60, 60);
    store.write(
        PARTITION,
        new StreamStore.Batch(
            List.of(
                new StreamStore.PutState(
                    PART.key(), PART.part(), new StreamStore.StoredState(65, ByteString.EMPTY))),
            Optional.of(at(70))));
    publication.changed(List.of(PART));
    assertEquals(OptionalLong.of(60), published(0).unsettledAfter());
    long then = Publication.AGAIN_AFTER.toNanos();
    assertEquals(Optional.empty(), publication.next(at(70), 0, then, true), "too soon");
    assertEquals(OptionalLong.empty(), published(2 * then).unsettledAfter());
    assertTrue(publication.isIdle(at(70)));
  }

  /** The part, and then the position. */
  private Publication.Positions published(long now) {
    assertEquals(
        Optional.of(new Publication.States(List.of(PART))), publication.next(at(70), 0, now, true));
    publication.acknowledged(now);
    Publication.Positions positions =
        assertInstanceOf(
            Publication.Positions.class, publication.next(at(70), 0, now, true).orElseThrow());
    publication.acknowledged(now);
    return positions;
  }
}
