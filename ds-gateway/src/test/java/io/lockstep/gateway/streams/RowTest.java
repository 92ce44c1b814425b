package io.lockstep.gateway.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.meter.GatewayMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is handed entries together with others; that it is the right ones is a property. */
class RowTest {
  private static final String GROUP = "g:a";
  private static final int MEMBERS = 5;

  /** More entries than a row keeps unsettled. */
  private static final int ENTRIES_MAX = 100;

  private final FakeLog log = new FakeLog();
  private final SharedLine line = new SharedLine();
  private final Fanout<String> fanout =
      new Fanout<>(
          log,
          log,
          new FanoutLimits(
              100,
              100,
              100_000,
              100_000,
              8,
              10_000,
              4,
              100,
              SliceLimits.DEFAULT,
              new CreditLimits(ENTRIES_MAX, 1 << 20),
              60_000),
          StreamLimits.NONE,
          GatewayMeter.NONE);
  private final List<RecordingSink> sinks = new ArrayList<>();
  private final List<Client<String>> clients = new ArrayList<>();

  RowTest() {
    log.fanout = fanout;
    log.create(GROUP);
    for (int i = 0; i < MEMBERS; i++) {
      RecordingSink sink = line.sink();
      sinks.add(sink);
      clients.add(fanout.connect(sink, line));
      attach(i, 1);
    }
    log.settle();
    entries(1);
    assertEquals(0, line.together, "each is served by itself until it has all");
  }

  private void attach(int member, long after) {
    sinks.get(member).attaching(GROUP, after);
    clients
        .get(member)
        .attach(
            new AttachRequest(
                GROUP, after, Optional.of(new AttachRequest.Pass(FakeLog.pass(GROUP, 0), 1))));
  }

  private void entries(int count) {
    for (int i = 0; i < count; i++) {
      log.message(GROUP);
      log.read(1);
    }
    log.fold(count);
  }

  private int together(Runnable what) {
    int before = line.together;
    what.run();
    return line.together - before;
  }

  private void allHave(long sequence) {
    for (RecordingSink sink : sinks) {
      assertEquals(sequence, sink.cursors.get(GROUP));
    }
  }

  @Test
  void thoseWhoHaveAllAreHandedAnEntryTogether() {
    assertEquals(7 * MEMBERS, together(() -> entries(7)));
    allHave(9);
  }

  @Test
  void oneWhoCannotTakeItIsServedByItselfAndComesBack() {
    sinks.get(2).room = 0;
    assertEquals(2 * (MEMBERS - 1), together(() -> entries(2)));
    sinks.get(2).room = 100;
    clients.get(2).ready();
    allHave(4);
    assertEquals(MEMBERS - 1, together(() -> entries(1)));
    assertEquals(MEMBERS, together(() -> entries(1)));
    allHave(6);
  }

  @Test
  void oneWhoRunsOutOfCreditLeavesTheOthersWhoHaveAcknowledged() {
    entries(ENTRIES_MAX / 2);
    for (int i = 1; i < MEMBERS; i++) {
      sinks.get(i).acknowledged(GROUP, 2 + ENTRIES_MAX / 2);
      assertTrue(clients.get(i).acknowledge(GROUP, 2 + ENTRIES_MAX / 2));
    }
    entries(ENTRIES_MAX / 2);
    assertEquals(1 + ENTRIES_MAX, sinks.getFirst().cursors.get(GROUP));
    assertEquals(MEMBERS - 1, together(() -> entries(1)));
    sinks.getFirst().acknowledged(GROUP, ENTRIES_MAX);
    assertTrue(clients.getFirst().acknowledge(GROUP, ENTRIES_MAX));
    log.settle();
    allHave(3 + ENTRIES_MAX);
  }

  @Test
  void whatIsAcknowledgedIsComparedWithWhatAllWereGiven() {
    entries(3);
    assertFalse(clients.getFirst().acknowledge(GROUP, 6));
    assertTrue(clients.getFirst().acknowledge(GROUP, 5));
    assertEquals(MEMBERS, together(() -> entries(1)));
  }

  @Test
  void aCommitIsDeliveredToEachByItselfAndThePassBringsThemBack() {
    assertEquals(
        0,
        together(
            () -> {
              log.commit(GROUP);
              log.read(1);
              entries(1);
            }));
    allHave(4);
    for (Client<String> client : clients) {
      client.show(GROUP, 3, FakeLog.pass(GROUP, 1));
    }
    entries(1);
    assertEquals(MEMBERS, together(() -> entries(1)));
  }

  @Test
  void aPassThatIsShownBeforeItsCommitIsHeldAgainstIt() {
    entries(1);
    clients.getFirst().show(GROUP, 5, FakeLog.pass(GROUP, 9));
    assertEquals(MEMBERS - 1, together(() -> entries(1)));
    log.commit(GROUP);
    log.read(1);
    assertEquals(Reason.WRONG_PASS, sinks.getFirst().detached.get(GROUP));
    assertEquals(5, sinks.get(1).cursors.get(GROUP));
  }

  @Test
  void thoseWhoLeaveAreNotMissed() {
    entries(1);
    clients.get(1).detach(GROUP);
    clients.get(3).close();
    assertEquals(MEMBERS - 2, together(() -> entries(1)));
    assertTrue(clients.get(1).acknowledge(GROUP, 3), "the stream is not attached");
    attach(1, 3);
    log.settle();
    assertEquals(4, sinks.get(1).cursors.get(GROUP));
  }
}
