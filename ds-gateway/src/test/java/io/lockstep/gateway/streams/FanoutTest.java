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

class FanoutTest {
  private static final String GROUP = "g:a";
  private static final CreditLimits CREDIT = new CreditLimits(4, 1_000);

  private final FakeLog log = new FakeLog();
  private final Fanout<String> fanout =
      new Fanout<>(log, log, FanoutLimits.DEFAULT, StreamLimits.NONE, GatewayMeter.NONE);
  private final RecordingSink sink = new RecordingSink();
  private final Client<String> client = fanout.connect(sink);

  FanoutTest() {
    log.fanout = fanout;
    log.create(GROUP);
  }

  private void attach(Client<String> who, RecordingSink its, long after, long epoch) {
    its.attaching(GROUP, after);
    who.attach(
        new AttachRequest(
            GROUP,
            after,
            Optional.of(
                new AttachRequest.Pass(FakeLog.pass(GROUP, epoch), log.openedBy(GROUP, epoch)))));
  }

  @Test
  void historyAndLiveEntriesJoin() {
    log.message(GROUP);
    log.settle();
    attach(client, sink, 0, 0);
    log.settle();
    log.message(GROUP);
    log.settle();
    assertEquals(
        List.of("attached g:a 2 epoch 0", "g:a/1", "g:a/2", "caught up g:a 2", "g:a/3"), sink.told);
  }

  @Test
  void concurrentReadsOfOneRangeAreOne() {
    for (int i = 0; i < 50; i++) {
      log.message(GROUP);
    }
    log.settle();
    for (int i = 0; i < SliceLimits.DEFAULT.attachesMax(); i++) {
      RecordingSink one = new RecordingSink();
      attach(fanout.connect(one), one, 0, 0);
    }
    log.settle();
    assertEquals(1, log.historyReads);
  }

  @Test
  void whoAttachesWithManyOthersHasToWaitForItsTurn() {
    log.message(GROUP);
    log.settle();
    SliceLimits limits = SliceLimits.DEFAULT;
    List<RecordingSink> sinks = new ArrayList<>();
    for (int i = 0; i < 3 * limits.attachesMax(); i++) {
      RecordingSink one = new RecordingSink();
      sinks.add(one);
      attach(fanout.connect(one), one, 0, 0);
    }
    for (int turn = 1; turn <= 3; turn++) {
      while (!log.replies.isEmpty()) {
        log.reply();
      }
      assertEquals((long) turn * limits.attachesMax(), attached(sinks));
      log.pass(limits.restMillis());
    }
  }

  private static long attached(List<RecordingSink> sinks) {
    return sinks.stream().filter(sink -> !sink.told.isEmpty()).count();
  }

  @Test
  void entriesThatAreGoneAreSaidToBeAGap() {
    for (int i = 0; i < 9; i++) {
      log.message(GROUP);
    }
    log.trimmed.put(GROUP, 6);
    log.settle();
    attach(client, sink, 1, 0);
    log.settle();
    assertEquals("gap g:a 6", sink.told.get(1));
    assertEquals("g:a/6", sink.told.get(2));
    assertEquals(10, sink.cursors.get(GROUP));
  }

  @Test
  void aStreamOfWhichNothingIsLeftIsAGapUpToWhatComesNext() {
    for (int i = 0; i < 9; i++) {
      log.message(GROUP);
    }
    log.trimmed.put(GROUP, 11);
    log.settle();
    attach(client, sink, 1, 0);
    log.settle();
    assertEquals("gap g:a 11", sink.told.get(1));
    assertEquals(10, sink.cursors.get(GROUP));
    log.message(GROUP);
    log.settle();
    assertEquals("g:a/11", sink.told.getLast());
  }

  @Test
  void oldPassWithAHoleBehindItIsExpired() {
    log.commit(GROUP);
    log.message(GROUP);
    log.message(GROUP);
    log.commit(GROUP);
    log.commit(GROUP);
    log.commit(GROUP);
    log.settle();
    attach(client, sink, 3, 1);
    log.reply();
    log.reply();
    log.trimmed.put(GROUP, 6);
    log.settle();
    assertEquals("gap g:a 6", sink.told.get(1));
    assertEquals(Reason.PASS_EXPIRED, sink.detached.get(GROUP));
    attach(client, sink, 3, 1);
    log.settle();
    assertEquals(Reason.PASS_EXPIRED, sink.detached.get(GROUP));
  }

  @Test
  void claimToHaveStoredMoreDoesNotLeadPastTheCommit() {
    log.commit(GROUP);
    for (int i = 0; i < 5; i++) {
      log.message(GROUP);
    }
    for (int i = 0; i < 4; i++) {
      log.commit(GROUP);
    }
    log.message(GROUP);
    log.settle();
    attach(client, sink, 6, 0);
    log.settle();
    assertEquals(List.of("attached g:a 12 epoch 5"), sink.told);
    client.show(GROUP, log.openedBy(GROUP, 5), FakeLog.pass(GROUP, 5));
    log.settle();
    assertEquals(List.of("attached g:a 12 epoch 5"), sink.told);
    for (int epoch = 1; epoch <= 5; epoch++) {
      client.show(GROUP, log.openedBy(GROUP, epoch), FakeLog.pass(GROUP, epoch));
      log.settle();
    }
    assertEquals(12, sink.cursors.get(GROUP));
  }

  @Test
  void memberThatStaysSilentIsAskedAndThenDetached() {
    log.settle();
    attach(client, sink, 1, 0);
    log.settle();
    log.commit(GROUP);
    log.read(1);
    log.pass(30_000);
    assertTrue(sink.told.contains("pass required g:a 1 30000"), sink.told::toString);
    log.pass(30_000);
    assertEquals(Reason.PASS_EXPIRED, sink.detached.get(GROUP));
    assertEquals(0, fanout.feeds());
  }

  @Test
  void streamsOfOneClientAreBounded() {
    FanoutLimits two =
        new FanoutLimits(2, 4, 1_000, 1_000, 3, 1_000, 2, 5, SliceLimits.DEFAULT, CREDIT, 60_000);
    Client<String> small =
        new Fanout<>(log, log, two, StreamLimits.NONE, GatewayMeter.NONE).connect(sink);
    for (String key : List.of("i:a", "i:b", "i:c")) {
      small.attach(new AttachRequest(key, 0, Optional.empty()));
    }
    assertEquals(Reason.TOO_MANY_STREAMS, sink.detached.get("i:c"));
  }

  @Test
  void ownerThatIsAwayIsAskedAgain() {
    log.message(GROUP);
    log.settle();
    log.ownerAway = true;
    attach(client, sink, 0, 0);
    log.reply();
    log.reply();
    assertEquals(Reason.SERVICE_UNAVAILABLE, sink.detached.get(GROUP));
    log.ownerAway = false;
    attach(client, sink, 0, 0);
    log.reply();
    log.ownerAway = true;
    log.reply();
    log.settle();
    assertEquals(2, sink.cursors.get(GROUP));
  }

  @Test
  void memoryOfAllFeedsIsBounded() {
    FanoutLimits tight =
        new FanoutLimits(9, 100, 1_000, 1_000, 3, 1_000, 2, 5, SliceLimits.DEFAULT, CREDIT, 60_000);
    FakeLog other = new FakeLog();
    Fanout<String> small = new Fanout<>(other, other, tight, StreamLimits.NONE, GatewayMeter.NONE);
    other.fanout = small;
    for (String key : List.of("i:a", "i:b", "i:c")) {
      sink.attaching(key, 0);
      sink.room = 0;
      small.connect(sink).attach(new AttachRequest(key, 0, Optional.empty()));
      other.settle();
      for (int i = 0; i < 30; i++) {
        other.message(key);
      }
    }
    other.settle();
    assertTrue(small.feedBytes() <= 1_000, () -> small.feedBytes() + " bytes");
  }

  private Client<String> withCredit(CreditLimits credit) {
    Fanout<String> fresh =
        new Fanout<>(
            log,
            log,
            FanoutLimits.DEFAULT.withCredit(credit),
            StreamLimits.NONE,
            GatewayMeter.NONE);
    log.fanout = fresh;
    return fresh.connect(sink);
  }

  @Test
  void aStreamWithoutCreditStopsAndGoesOnWhereItWasWhenItIsAcknowledged() {
    Client<String> some = withCredit(new CreditLimits(4, 100_000));
    attach(some, sink, 0, 0);
    for (int i = 0; i < 9; i++) {
      log.message(GROUP);
    }
    log.settle();
    assertEquals(4, sink.cursors.get(GROUP));
    assertTrue(some.acknowledge(GROUP, 0));
    log.settle();
    assertEquals(4, sink.cursors.get(GROUP));
    acknowledge(some, 3);
    log.settle();
    assertEquals(7, sink.cursors.get(GROUP));
    acknowledge(some, 2);
    log.settle();
    assertEquals(7, sink.cursors.get(GROUP), "an older one gives nothing back");
    acknowledge(some, 7);
    log.settle();
    assertEquals(10, sink.cursors.get(GROUP));
  }

  private void acknowledge(Client<String> who, long sequence) {
    sink.acknowledged(GROUP, sequence);
    assertTrue(who.acknowledge(GROUP, sequence));
  }

  @Test
  void bytesAreCreditToo() {
    Client<String> some = withCredit(new CreditLimits(100, 2));
    attach(some, sink, 0, 0);
    log.message(GROUP);
    log.settle();
    assertEquals(1, sink.cursors.get(GROUP), "one that is larger than all of the credit comes");
    acknowledge(some, 1);
    log.settle();
    assertEquals(2, sink.cursors.get(GROUP));
  }

  @Test
  void aStreamWithoutCreditStopsNoOther() {
    Client<String> some = withCredit(new CreditLimits(4, 100_000));
    attach(some, sink, 0, 0);
    sink.attaching("i:a", 0);
    some.attach(new AttachRequest("i:a", 0, Optional.empty()));
    for (int i = 0; i < 9; i++) {
      log.message(GROUP);
      log.message("i:a");
      log.settle();
      sink.acknowledged("i:a", i);
      assertTrue(some.acknowledge("i:a", i));
    }
    log.settle();
    assertEquals(4, sink.cursors.get(GROUP));
    assertEquals(9, sink.cursors.get("i:a"));
  }

  @Test
  void whatWasNotDeliveredCannotBeAcknowledged() {
    log.message(GROUP);
    log.settle();
    attach(client, sink, 0, 0);
    assertTrue(client.acknowledge(GROUP, 7), "not attached yet");
    log.settle();
    assertTrue(client.acknowledge(GROUP, 2));
    assertFalse(client.acknowledge(GROUP, 3));
    assertFalse(client.acknowledge(GROUP, -1));
    client.detach(GROUP);
    assertTrue(client.acknowledge(GROUP, 7), "not attached any more");
  }

  @Test
  void whatAnEarlierAttachmentDeliveredMayBeAcknowledged() {
    log.message(GROUP);
    log.message(GROUP);
    log.settle();
    attach(client, sink, 0, 0);
    log.settle();
    sink.room = 0;
    attach(client, sink, 0, 0);
    log.settle();
    assertTrue(client.acknowledge(GROUP, 3));
    assertFalse(client.acknowledge(GROUP, 4));
    sink.room = 10;
    client.ready();
    log.settle();
    assertEquals(3, sink.cursors.get(GROUP));
  }

  @Test
  void aGapNeedsNoAcknowledgement() {
    Client<String> some = withCredit(new CreditLimits(4, 100_000));
    for (int i = 0; i < 14; i++) {
      log.message(GROUP);
    }
    log.settle();
    attach(some, sink, 0, 0);
    log.settle();
    log.trimmed.put(GROUP, 10);
    acknowledge(some, 1);
    log.settle();
    assertTrue(sink.told.contains("gap g:a 10"), sink.told::toString);
    assertEquals(13, sink.cursors.get(GROUP));
    acknowledge(some, 9);
    log.settle();
    assertEquals(13, sink.cursors.get(GROUP));
    acknowledge(some, 13);
    log.settle();
    assertEquals(15, sink.cursors.get(GROUP));
  }
}
