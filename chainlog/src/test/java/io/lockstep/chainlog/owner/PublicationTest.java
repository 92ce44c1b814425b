package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

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
    store.write(
        PARTITION,
        new StreamStore.Batch(
            List.of(
                new StreamStore.PutState(
                    PART.key(), PART.part(), new StreamStore.StoredState(50, ByteString.EMPTY))),
            Optional.of(at(position))));
    publication.begin(at(position));
    publication.known(
        new KnownPositions(Optional.of(at(watermark)), List.of(), OptionalLong.empty()),
        at(position),
        0);
    assertInstanceOf(Publication.Positions.class, next(position).orElseThrow());
    publication.acknowledged(0);
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
}
