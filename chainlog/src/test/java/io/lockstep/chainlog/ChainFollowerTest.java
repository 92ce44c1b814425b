package io.lockstep.chainlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skip;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import org.junit.jupiter.api.Test;

class ChainFollowerTest {
  private static Link link(ChainHead prev, long source, String body) {
    return new Link(prev, source, new Link.EntryBody(ByteString.copyFromUtf8(body)));
  }

  private final Link one = link(ChainHead.ZERO, 0, "one");
  private final Link two = link(one.head(), 3, "two");
  private final Link three = link(two.head(), 4, "three");

  @Test
  void theHeadIsSha256OfPrevSourceAndBody() {
    assertEquals(
        "a446cc6ac25658f890374abe993f7478235ef9326af1a48bc0a3ed609a101ceb",
        link(ChainHead.ZERO, 258, "one").head().toString());
    assertEquals(Chain.link(ChainHead.ZERO, 0, new byte[] {'o', 'n', 'e'}), one.head());
    assertNotEquals(Chain.link(ChainHead.ZERO, 1, new byte[] {'o', 'n', 'e'}), one.head());
  }

  @Test
  void copiesAndGapsAndGarbageAreSkippedAndTheFirstFittingRecordIsAccepted() {
    ChainFollower follower = new ChainFollower(ChainPosition.START);
    assertInstanceOf(Accepted.class, follower.read(0, one.toBytes()));
    assertEquals(Skip.ANSWERED, skipped(follower.read(1, one.toBytes())));
    assertEquals(Skip.AHEAD, skipped(follower.read(2, three.toBytes())));
    assertEquals(Skip.UNREADABLE, skipped(follower.read(3, new byte[] {9})));
    assertEquals(Skip.AHEAD, skipped(follower.read(4, link(ChainHead.ZERO, 3, "two").toBytes())));
    assertInstanceOf(Accepted.class, follower.read(5, two.toBytes()));
    assertInstanceOf(Accepted.class, follower.read(6, three.toBytes()));
    assertEquals(new ChainPosition(6, three.head(), 4, 1), follower.position());
  }

  @Test
  void aLinkThatFitsButAnswersAnOlderSubmissionIsSkipped() {
    ChainFollower follower = new ChainFollower(ChainPosition.START);
    follower.read(0, link(ChainHead.ZERO, 5, "x").toBytes());
    Link older = link(follower.position().head(), 5, "again");
    assertEquals(Skip.ANSWERED, skipped(follower.read(1, older.toBytes())));
  }

  @Test
  void aPositionFromAnotherLogIsFoundOutAtTheFirstRecord() {
    ChainFollower good = new ChainFollower(new ChainPosition(7, two.head(), 3, 1));
    assertEquals(7, good.firstOffset());
    assertEquals(Skip.ANCHOR, skipped(good.read(7, two.toBytes())));
    assertInstanceOf(Accepted.class, good.read(8, three.toBytes()));

    ChainFollower other = new ChainFollower(new ChainPosition(7, two.head(), 3, 1));
    assertInstanceOf(Stuck.class, other.read(7, one.toBytes()));
    ChainFollower gone = new ChainFollower(new ChainPosition(7, two.head(), 3, 1));
    assertInstanceOf(Stuck.class, gone.read(8, two.toBytes()));
  }

  @Test
  void manyRecordsAheadOfTheChainAreStuck() {
    ChainFollower follower = new ChainFollower(ChainPosition.START);
    byte[] ahead = two.toBytes();
    for (int i = 0; i < ChainFollower.AHEAD_MAX; i++) {
      assertEquals(Skip.AHEAD, skipped(follower.read(i, ahead)));
    }
    assertInstanceOf(Stuck.class, follower.read(ChainFollower.AHEAD_MAX, ahead));
  }

  @Test
  void aVersionSwitchIsALinkAndChangesTheVersion() {
    ChainFollower follower = new ChainFollower(ChainPosition.START);
    Link version = new Link(ChainHead.ZERO, 0, new Link.VersionBody(2));
    assertInstanceOf(Accepted.class, follower.read(0, version.toBytes()));
    assertEquals(2, follower.position().foldVersion());
  }

  @Test
  void aVersionSwitchNeverHasTheLinkOfAnEntry() {
    Link version = new Link(ChainHead.ZERO, 0, new Link.VersionBody(2));
    Link entry =
        new Link(
            ChainHead.ZERO, 0, new Link.EntryBody(ByteString.copyFrom(new byte[] {0, 0, 0, 2})));
    assertNotEquals(version.head(), entry.head());
  }

  private static Skip skipped(ChainFollower.Step step) {
    return assertInstanceOf(Skipped.class, step).why();
  }
}
