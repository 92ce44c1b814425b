package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Where to begin in a log whose first records are gone. */
class RetentionRulesTest {
  private static final LogBounds WHOLE = new LogBounds(0, 100);
  private static final LogBounds TRIMMED = new LogBounds(40, 100);
  private static final LogBounds EMPTY = new LogBounds(100, 100);

  private static ChainPosition at(long offset) {
    return new ChainPosition(offset, new ChainHead(offset, 1, 2, 3), offset, 1);
  }

  private static KnownPositions known(long watermark, long... checkpoints) {
    return new KnownPositions(
        Optional.of(at(watermark)),
        LongStream.of(checkpoints).mapToObj(RetentionRulesTest::at).toList(),
        OptionalLong.empty());
  }

  private static RestoreRule.Plan plan(
      LogBounds log, Optional<ChainPosition> stored, KnownPositions known) {
    return RestoreRule.plan("partition 0 of x.log", log, stored, () -> known);
  }

  @Test
  void aWholeLogIsReadFromItsFirstRecord() {
    assertEquals(Optional.of(ChainPosition.START), StartRule.atBeginning(WHOLE, known(90, 10, 50)));
    assertEquals(Optional.of(at(90)), StartRule.atWatermark(WHOLE, known(90, 10, 50)));
    assertEquals(
        Optional.of(ChainPosition.START), StartRule.atWatermark(WHOLE, KnownPositions.NONE));
  }

  @Test
  void aTrimmedLogIsReadFromTheOldestPositionThatItStillHas() {
    assertEquals(Optional.of(at(50)), StartRule.atBeginning(TRIMMED, known(90, 70, 10, 50)));
    assertEquals(Optional.of(at(90)), StartRule.atBeginning(TRIMMED, known(90, 10)));
    assertEquals(Optional.of(at(90)), StartRule.atWatermark(TRIMMED, known(90, 10, 50)));
  }

  @Test
  void thePositionJustBeforeTheFirstRecordIsAsGoodAsOneInTheLog() {
    assertEquals(Optional.of(at(39)), StartRule.atBeginning(TRIMMED, known(90, 38, 39)));
    assertEquals(new RestoreRule.FoldOn(), plan(TRIMMED, Optional.of(at(39)), known(90)));
  }

  @Test
  void anIdlePartitionThatHasNoRecordAnyMoreGoesOnFromTheNewestPosition() {
    assertEquals(Optional.of(at(90)), StartRule.atBeginning(EMPTY, known(90, 10, 50)));
    assertEquals(Optional.of(at(90)), StartRule.atWatermark(EMPTY, known(90, 10, 50)));
    assertEquals(new RestoreRule.Load(at(90)), plan(EMPTY, Optional.empty(), known(90, 50)));
    assertEquals(new RestoreRule.Load(at(90)), plan(EMPTY, Optional.of(at(80)), known(90, 50)));
    assertEquals(new RestoreRule.FoldOn(), plan(EMPTY, Optional.of(at(95)), known(90, 50)));
  }

  @Test
  void aWatermarkThatAnOldOwnerHasWrittenLateDoesNotHideTheCheckpointsInTheLog() {
    assertEquals(Optional.of(at(70)), StartRule.atWatermark(TRIMMED, known(20, 50, 70)));
  }

  @Test
  void withoutAnyPositionATrimmedLogIsRefused() {
    assertEquals(Optional.empty(), StartRule.atBeginning(TRIMMED, KnownPositions.NONE));
    assertEquals(Optional.empty(), StartRule.atWatermark(TRIMMED, KnownPositions.NONE));
    PartitionHalted halted =
        assertThrows(
            PartitionHalted.class, () -> plan(TRIMMED, Optional.empty(), KnownPositions.NONE));
    assertTrue(
        halted.getMessage().startsWith("partition 0 of x.log begins at offset 40"),
        halted::getMessage);
  }

  @Test
  void whatWasFollowedBeforeGoesOnOnlyWhenNothingAfterItIsGone() {
    assertEquals(Optional.of(at(60)), StartRule.at(at(60), TRIMMED));
    assertEquals(Optional.of(at(39)), StartRule.at(at(39), TRIMMED));
    assertEquals(Optional.empty(), StartRule.at(at(38), TRIMMED));
    assertEquals(Optional.empty(), StartRule.at(ChainPosition.START, TRIMMED));
    assertEquals(Optional.of(ChainPosition.START), StartRule.at(at(200), WHOLE));
  }

  @Test
  void aStoreThatIsBehindTheLogsBeginningIsLoadedAgainFromTheOldestCheckpoint() {
    assertEquals(new RestoreRule.Load(at(50)), plan(TRIMMED, Optional.of(at(20)), known(90, 50)));
    assertEquals(new RestoreRule.Load(at(50)), plan(TRIMMED, Optional.empty(), known(90, 50)));
    assertEquals(
        new RestoreRule.Load(ChainPosition.START), plan(WHOLE, Optional.empty(), known(90, 50)));
    assertEquals(new RestoreRule.FoldOn(), plan(WHOLE, Optional.of(at(20)), known(90, 50)));
  }

  @Test
  void aStoreThatIsAheadOfTheLogIsOfAnotherLog() {
    assertEquals(
        new RestoreRule.Load(ChainPosition.START), plan(WHOLE, Optional.of(at(100)), known(90)));
    assertEquals(new RestoreRule.Load(at(50)), plan(TRIMMED, Optional.of(at(100)), known(90, 50)));
  }

  @Test
  void answeredSubmissionsMayGoAndUnansweredOnesHaltThePartition() {
    assertDoesNotThrow(() -> SubmissionsRule.check("p", new LogBounds(30, 50), 30));
    assertDoesNotThrow(() -> SubmissionsRule.check("p", new LogBounds(50, 50), 50));
    PartitionHalted gone =
        assertThrows(
            PartitionHalted.class,
            () ->
                SubmissionsRule.check(
                    "partition 3 of lockstep.submissions", new LogBounds(30, 50), 20));
    assertTrue(
        gone.getMessage().contains("partition 3 of lockstep.submissions begins at 30"),
        gone::getMessage);
    assertTrue(
        gone.getMessage().contains("first that is missing is offset 20, the next that is there 30"),
        gone::getMessage);
    PartitionHalted lost =
        assertThrows(
            PartitionHalted.class, () -> SubmissionsRule.check("p", new LogBounds(0, 50), 52));
    assertTrue(
        lost.getMessage().contains("Kafka has lost the acknowledged records at offsets 50 to 51"),
        lost::getMessage);
  }

  @Test
  void knownPositionsComeInTheOrderOfTheLog() {
    assertEquals(List.of(at(10), at(50), at(90)), known(90, 50, 10).all());
  }
}
