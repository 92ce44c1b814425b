package io.lockstep.chainlog.audit;

import static io.lockstep.chainlog.audit.HandmadeChain.link;
import static io.lockstep.chainlog.audit.HandmadeChain.parsed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogStart;
import io.lockstep.chainlog.audit.Finding.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartitionAuditTest {
  private static final int LENGTH = 10;

  private final List<byte[]> chain = HandmadeChain.ofLength(LENGTH);
  private final List<byte[]> log = new ArrayList<>(chain);

  private PartitionReport report(long submissions) {
    return report(log, Optional.empty(), submissions, List.of());
  }

  private static PartitionReport report(
      List<byte[]> records,
      Optional<ChainPosition> watermark,
      long submissions,
      List<SourceGap> unanswered) {
    PartitionAudit audit = new PartitionAudit(3, 0, watermark);
    for (int offset = 0; offset < records.size(); offset++) {
      audit.read(offset, records.get(offset));
    }
    return audit.report(new Surroundings(submissions, submissions, unanswered));
  }

  private ChainPosition positionAt(int offset) {
    return new ChainPosition(offset, parsed(chain.get(offset)).head(), offset, 1);
  }

  private static List<Kind> kinds(PartitionReport report) {
    return report.findings().stream().map(Finding::kind).toList();
  }

  private static void assertSays(PartitionReport report, String words) {
    assertTrue(report.findings().getFirst().words().contains(words), report.findings()::toString);
  }

  @Test
  void aGoodChainIsProvedWithItsHead() {
    PartitionReport report = report(LENGTH + 2);

    assertTrue(report.isProved(), report::toString);
    assertEquals(LENGTH, report.accepted());
    assertEquals(positionAt(LENGTH - 1), report.position());
    assertEquals(0, report.copies() + report.foreign() + report.uncompared());
    assertEquals(2, report.waiting());
  }

  @Test
  void anEmptyPartitionIsProved() {
    log.clear();

    assertTrue(report(0).isProved());
    assertEquals(ChainPosition.START, report(0).position());
  }

  @Test
  void copiesBeforeAndAfterTheRecordAreCopies() {
    log.add(4, chain.get(2)); // later
    log.add(2, chain.get(3)); // earlier
    log.add(chain.get(LENGTH - 1));

    PartitionReport report = report(LENGTH);

    assertTrue(report.isProved(), report::toString);
    assertEquals(LENGTH, report.accepted());
    assertEquals(3, report.copies());
    assertEquals(0, report.foreign());
  }

  @Test
  void strangersRecordsAreCountedAndAreNotPartOfTheProof() {
    ChainHead head = parsed(chain.get(4)).head();
    log.add(5, new byte[] {1, 2, 3}); // no record at all
    log.add(5, new byte[0]);
    log.add(5, link(ChainHead.ZERO, 5, "entry 5").toBytes()); // wrong prev
    log.add(5, link(head, 2, "another answer").toBytes()); // answers what was answered
    log.add(link(ChainHead.ZERO, 77, "beyond everything").toBytes());

    PartitionReport report = report(LENGTH);

    assertTrue(report.isProved(), report::toString);
    assertEquals(LENGTH, report.accepted());
    assertEquals(5, report.foreign());
    assertEquals(0, report.copies());
  }

  @Test
  void aVersionSwitchIsPartOfTheChain() {
    log.add(new Link(parsed(chain.getLast()).head(), LENGTH, new Link.VersionBody(2)).toBytes());

    PartitionReport report = report(LENGTH + 1);

    assertTrue(report.isProved(), report::toString);
    assertEquals(1, report.versionSwitches());
    assertEquals(LENGTH + 1, report.accepted());
    assertEquals(2, report.position().foldVersion());
  }

  @Test
  void aChangedRecordBreaksTheChainBehindIt() {
    Link original = parsed(chain.get(4));
    log.set(4, link(original.prev(), original.source(), "entry X").toBytes());

    PartitionReport report = report(LENGTH);

    assertEquals(List.of(Kind.BROKEN_CHAIN), kinds(report));
    assertSays(report, "the record at offset 5 answers the next submission, 5");
    assertSays(report, "newest record is at offset 4");
    assertEquals(5, report.accepted());
    assertEquals(5, report.waiting());
  }

  @Test
  void aMissingRecordIsLost() {
    log.remove(4);

    PartitionReport report = report(LENGTH);

    assertEquals(List.of(Kind.LOST_RECORDS), kinds(report));
    assertSays(report, "no record answers submission 4, but the one at offset 4");
    assertEquals(4, report.accepted());
  }

  @Test
  void recordsInAnotherOrderAreNoChain() {
    Collections.swap(log, 4, 5);

    PartitionReport report = report(LENGTH);

    assertEquals(List.of(Kind.LOST_RECORDS), kinds(report));
    assertSays(report, "no record answers submission 5");
    assertEquals(5, report.accepted(), "0 to 4: what was too early is not taken later");
  }

  @Test
  void recordsAheadAreHarmlessWhenNothingWaits() {
    log.remove(4);

    assertTrue(report(4).isProved(), "submissions 4 and later do not exist: strangers' records");
    assertEquals(5, report(4).foreign());
  }

  @Test
  void tooManyRecordsAheadAreStuck() {
    byte[] ahead = chain.get(5);
    PartitionAudit audit = new PartitionAudit(0, 0, Optional.empty());
    for (int offset = 0; offset < ChainFollower.AHEAD_MAX; offset++) {
      assertTrue(audit.read(offset, ahead));
    }
    assertFalse(audit.read(ChainFollower.AHEAD_MAX, ahead));
    assertFalse(audit.read(ChainFollower.AHEAD_MAX + 1, chain.getFirst()));

    assertEquals(List.of(Kind.STUCK), kinds(audit.report(new Surroundings(1, 1, List.of()))));
  }

  @Test
  void aSubmissionWithoutAnEntryIsAGap() {
    Link beyond = link(parsed(chain.getLast()).head(), LENGTH + 3, "entry");
    PartitionAudit audit = new PartitionAudit(0, 0, Optional.empty());
    for (int offset = 0; offset < LENGTH; offset++) {
      audit.read(offset, chain.get(offset));
    }
    audit.read(LENGTH, beyond.toBytes());
    assertEquals(List.of(new SourceGap(LENGTH, LENGTH + 2)), audit.gaps());

    PartitionReport report = audit.report(new Surroundings(20, 20, audit.gaps()));

    assertEquals(List.of(Kind.UNANSWERED), kinds(report));
    assertSays(report, "submission 10 to 12 has no entry");
    log.add(beyond.toBytes());
    assertTrue(report(20).isProved(), "nothing was submitted at these offsets");
  }

  @Test
  void anAnswerToASubmissionThatIsNotThereMeansLostSubmissions() {
    PartitionReport report = report(LENGTH - 2);

    assertEquals(List.of(Kind.LOST_RECORDS), kinds(report));
    assertSays(report, "the log answers submission 9, but the submissions topic ends at 8");
  }

  @Test
  void aPartitionWhoseBeginningIsGoneIsFollowedOnTrustAndSaysSo() {
    PartitionAudit audit = new PartitionAudit(0, 4, Optional.empty());
    for (int offset = 4; offset < LENGTH; offset++) {
      audit.read(offset, chain.get(offset));
    }

    PartitionReport report = audit.report(new Surroundings(LENGTH, LENGTH, List.of()));

    assertEquals(List.of(Kind.LOST_RECORDS), kinds(report));
    assertSays(report, "begins at offset 4");
    assertEquals(LENGTH - 4, report.accepted());
    assertEquals(positionAt(LENGTH - 1).head(), report.position().head());
  }

  @Test
  void aWatermarkThatIsInTheChainIsFine() {
    assertTrue(report(log, Optional.of(positionAt(7)), LENGTH, List.of()).isProved());
  }

  @Test
  void aWatermarkOfAnotherChainShowsThatTheLogWasChanged() {
    log.clear();
    ChainHead head = ChainHead.ZERO;
    for (int source = 0; source < LENGTH; source++) {
      Link link = link(head, source, "written anew " + source);
      log.add(link.toBytes());
      head = link.head();
    }

    PartitionReport report = report(log, Optional.of(positionAt(7)), LENGTH, List.of());

    assertEquals(List.of(Kind.OTHER_CHAIN), kinds(report));
    assertSays(report, "the record at offset 7 with the head " + positionAt(7).head());
  }

  @Test
  void aWatermarkBeyondTheEndShowsThatTheEndWasCutOff() {
    List<byte[]> cut = log.subList(0, 6);

    PartitionReport report = report(cut, Optional.of(positionAt(7)), LENGTH, List.of());

    assertEquals(List.of(Kind.LOST_RECORDS), kinds(report));
    assertSays(report, "up to offset 7 (watermark), but it ends at 5");
  }

  @Test
  void veryLateCopiesAreNeitherCopiesNorForeign() {
    int length = Lookalikes.REMEMBERED_MAX + 10;
    PartitionAudit audit = new PartitionAudit(0, 0, Optional.empty());
    List<byte[]> records = HandmadeChain.ofLength(length);
    records.add(records.get(3));
    records.add(records.get(length - 3));
    for (int offset = 0; offset < records.size(); offset++) {
      audit.read(offset, records.get(offset));
    }

    PartitionReport report = audit.report(new Surroundings(length, length, List.of()));

    assertTrue(report.isProved());
    assertEquals(1, report.uncompared());
    assertEquals(1, report.copies());
  }

  private PartitionReport reportFrom(long begin, ChainPosition from, List<ChainPosition> known) {
    PartitionAudit audit = new PartitionAudit(3, new LogStart(from, begin), known);
    for (long offset = audit.firstOffset(); offset < log.size(); offset++) {
      audit.read(offset, log.get((int) offset));
    }
    return audit.report(new Surroundings(LENGTH, LENGTH, List.of()));
  }

  @Test
  void aTrimmedLogIsProvedFromACheckpointInIt() {
    PartitionReport report = reportFrom(3, positionAt(5), List.of(positionAt(5), positionAt(8)));

    assertTrue(report.isProved(), report::toString);
    assertEquals(3, report.begin());
    assertEquals(positionAt(5), report.from());
    assertEquals(LENGTH - 6, report.accepted());
    assertEquals(positionAt(LENGTH - 1), report.position());
  }

  @Test
  void aTrimmedLogIsProvedFromACheckpointJustBeforeIt() {
    PartitionReport report = reportFrom(6, positionAt(5), List.of(positionAt(5)));

    assertTrue(report.isProved(), report::toString);
    assertEquals(LENGTH - 6, report.accepted());
  }

  @Test
  void aChainThatMissesALaterCheckpointIsAnotherOne() {
    ChainPosition elsewhere = new ChainPosition(8, ChainHead.ZERO, 8, 1);

    PartitionReport report = reportFrom(3, positionAt(5), List.of(positionAt(5), elsewhere));

    assertEquals(List.of(Kind.OTHER_CHAIN), kinds(report));
    assertSays(report, "offset 8");
  }

  @Test
  void aTrimmedLogWhoseCheckpointIsNotInItIsAnotherOne() {
    ChainPosition elsewhere = new ChainPosition(5, ChainHead.ZERO, 5, 1);

    PartitionReport report = reportFrom(3, elsewhere, List.of(elsewhere));

    assertEquals(List.of(Kind.OTHER_CHAIN), kinds(report));
    assertSays(report, "offset 5 (checkpoint)");
  }
}
