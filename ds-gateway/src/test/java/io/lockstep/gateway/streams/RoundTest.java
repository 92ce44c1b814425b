package io.lockstep.gateway.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.gateway.meter.GatewayMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A stream that many follow, in slices; that nothing is lost by them is a property. */
class RoundTest {
  private static final String LARGE = "g:large";
  private static final String SMALL = "g:small";
  private static final int ROWS_MAX = 3;
  private static final int CONNECTIONS = 10;
  private static final int MESSAGES = 7;

  private final FakeLog log = new FakeLog();
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
              new SliceLimits(ROWS_MAX, 2, 2, 100, 1),
              CreditLimits.DEFAULT,
              60_000),
          StreamLimits.NONE,
          GatewayMeter.NONE);
  private final List<RecordingSink> sinks = new ArrayList<>();
  private final List<Client<String>> clients = new ArrayList<>();

  RoundTest() {
    log.fanout = fanout;
    log.create(LARGE);
    log.create(SMALL);
    for (int i = 0; i < CONNECTIONS; i++) {
      attach(LARGE);
    }
    attach(SMALL);
    log.settle();
    message(LARGE);
    message(SMALL);
    log.settle();
  }

  private void attach(String key) {
    SharedLine line = new SharedLine();
    RecordingSink sink = line.sink();
    Client<String> client = fanout.connect(sink, line);
    sinks.add(sink);
    clients.add(client);
    sink.attaching(key, 1);
    client.attach(
        new AttachRequest(key, 1, Optional.of(new AttachRequest.Pass(FakeLog.pass(key, 0), 1))));
  }

  private void message(String key) {
    log.message(key);
    log.read(1);
    log.fold(1);
  }

  private long readTo(int client, String key) {
    return sinks.get(client).cursors.get(key);
  }

  private long served() {
    return sinks.stream()
        .limit(CONNECTIONS)
        .filter(sink -> sink.cursors.get(LARGE) == log.sequence(LARGE))
        .count();
  }

  @Test
  void aSliceEndsAndTheNextOneGoesOn() {
    message(LARGE);
    long first = served();
    assertTrue(first > 0 && first < CONNECTIONS, () -> first + " served");
    log.pass(0);
    assertEquals(CONNECTIONS, served());
    assertEquals(log.offered, log.served);
  }

  @Test
  void aSliceGoesOnWhenNobodyElseWaits() {
    log.hasMore = false;
    message(LARGE);
    assertEquals(CONNECTIONS, served());
  }

  @Test
  void aSmallStreamDoesNotWaitForALargeOne() {
    for (int i = 0; i < MESSAGES; i++) {
      message(LARGE);
    }
    assertEquals(0, served());
    message(SMALL);
    assertEquals(log.sequence(SMALL), readTo(CONNECTIONS, SMALL));
    assertEquals(0, served());
    log.pass(0);
    assertEquals(CONNECTIONS, served());
  }

  @Test
  void whatComesMeanwhileIsNotReadFromHistoryThoughTheOwnerKnowsOfItAlready() {
    for (int i = 0; i < MESSAGES; i++) {
      message(LARGE);
    }
    int before = log.historyReads;
    // Its attachment makes known how far the stream is.
    RecordingSink late = attachLate();
    log.reply();
    log.reply();
    log.pass(0);
    int reads = log.historyReads - before;
    assertTrue(reads <= 1, () -> reads + " reads");
    log.settle();
    assertEquals(CONNECTIONS, served());
    assertEquals(log.sequence(LARGE), late.cursors.get(LARGE));
  }

  private RecordingSink attachLate() {
    attach(LARGE);
    return sinks.getLast();
  }

  @Test
  void aStreamThatNobodyFollowsAnyMoreLeavesNothing() {
    for (int i = 0; i < MESSAGES; i++) {
      message(LARGE);
    }
    clients.forEach(Client::close);
    assertEquals(0, fanout.feeds());
    log.pass(0);
    assertEquals(0, fanout.feedBytes());
    assertEquals(log.offered, log.served);
  }
}
