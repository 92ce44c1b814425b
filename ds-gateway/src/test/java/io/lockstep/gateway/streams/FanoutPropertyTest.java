package io.lockstep.gateway.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.gateway.meter.GatewayMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Any interleaving of log, reader, owner, attachments, passes, acknowledgements and full sinks:
 * what each client is given is in order, without a hole or a repeat and within its credit ({@link
 * RecordingSink} checks it at each delivery), and in the end complete. What a pass allows is tested
 * in {@link PassPolicyTest} and {@link FanoutTest}.
 */
class FanoutPropertyTest {
  private static final List<String> KEYS = List.of("g:a", "g:b", "i:c", "g:d");
  private static final CreditLimits CREDIT = new CreditLimits(5, 400);

  /** At once, one connection after the other, and something in between. */
  private static final List<SliceLimits> SLICES =
      List.of(SliceLimits.DEFAULT, new SliceLimits(0, 1, 1, 1, 30), new SliceLimits(1, 3, 4, 2, 1));

  private static FanoutLimits tight(SliceLimits slices) {
    return new FanoutLimits(10, 4, 1_000, 1_000, 3, 1_000, 2, 5, slices, CREDIT, 60_000);
  }

  @Property(tries = 400)
  void everyClientIsGivenAllInOrder(@ForAll long seed) {
    new World(seed).play(300);
  }

  private static final class World {
    private final Random random;
    private final FakeLog log = new FakeLog();
    private final Fanout<String> fanout;
    private final List<SharedLine> lines = List.of(new SharedLine(), new SharedLine());
    private final List<Member> members = new ArrayList<>();

    World(long seed) {
      random = new Random(seed);
      FanoutLimits limits = tight(SLICES.get(random.nextInt(SLICES.size())));
      fanout = new Fanout<>(log, log, limits, StreamLimits.NONE, GatewayMeter.NONE);
      log.fanout = fanout;
      log.hasMore = random.nextBoolean();
      for (String key : KEYS) {
        if (key.startsWith("g:")) {
          log.create(key);
        }
      }
      for (int i = 0; i < 5; i++) {
        members.add(new Member(lines.get(i % lines.size())));
      }
    }

    void play(int steps) {
      for (int i = 0; i < steps; i++) {
        step();
      }
      log.ownerAway = false;
      log.read(Integer.MAX_VALUE);
      for (Member member : members) {
        member.sink.room = Integer.MAX_VALUE;
        member.attachAll();
        member.client.ready();
      }
      for (int round = 0; round < 60; round++) {
        log.read(3);
        log.fold(10);
        log.reply();
        log.reply();
        log.pass(20);
        members.forEach(Member::showNewest);
        members.forEach(Member::acknowledgeAll);
      }
      for (int round = 0; round < 100 && !allHaveAll(); round++) {
        log.settle();
        members.forEach(Member::showNewest);
        members.forEach(Member::acknowledgeAll);
      }
      for (Member member : members) {
        for (String key : KEYS) {
          assertTrue(
              !member.sink.detached.containsKey(key), () -> key + member.sink.detached.get(key));
          assertEquals(log.sequence(key), member.sink.cursors.get(key), key);
          assertEquals(1, member.sink.caughtUp.get(key), key);
        }
        member.client.close();
      }
      assertEquals(0, fanout.feeds());
      assertEquals(0, fanout.feedBytes());
      assertEquals(log.offered, log.served);
    }

    private boolean allHaveAll() {
      return members.stream()
          .allMatch(
              member ->
                  KEYS.stream().allMatch(key -> member.sink.cursors.get(key) == log.sequence(key)));
    }

    private void step() {
      Member member = members.get(random.nextInt(members.size()));
      String key = KEYS.get(random.nextInt(KEYS.size()));
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> log.message(key);
        case 3 -> {
          if (key.startsWith("g:")) {
            log.commit(key);
          }
        }
        case 4, 5 -> log.read(1 + random.nextInt(4));
        case 6, 7 -> log.fold(1 + random.nextInt(4));
        case 8, 9 -> log.reply();
        case 10 -> log.pass(random.nextInt(100));
        case 11 -> member.attach(key);
        case 12 -> {
          member.sink.room = random.nextInt(6);
          member.client.ready();
          if (random.nextInt(4) == 0) {
            log.ownerAway = !log.ownerAway;
          }
        }
        case 13 -> {
          if (random.nextInt(3) == 0) {
            member.client.detach(key);
          } else if (random.nextInt(6) == 0) {
            member.reconnect();
          } else if (random.nextInt(6) == 0) {
            log.skip(1 + random.nextInt(3));
          } else {
            member.showNewest();
          }
        }
        case 14, 15 -> member.acknowledgeSome(key);
        default -> throw new AssertionError();
      }
      members.forEach(Member::check);
    }

    private final class Member {
      private final SharedLine line;
      RecordingSink sink;
      Client<String> client;
      private final Map<String, Long> stored = new HashMap<>();
      private final Map<String, Long> shown = new HashMap<>();

      Member(SharedLine line) {
        this.line = line;
        connect();
      }

      private void connect() {
        sink = line.sink();
        client = fanout.connect(sink, line);
      }

      void attach(String key) {
        long after = stored.merge(key, sink.cursors.getOrDefault(key, 0L), Math::max);
        sink.attaching(key, after);
        if (key.startsWith("i:")) {
          client.attach(new AttachRequest(key, after, Optional.empty()));
          return;
        }
        long epoch = epochAfter(key, after);
        shown.put(key, epoch);
        client.attach(
            new AttachRequest(
                key,
                after,
                Optional.of(
                    new AttachRequest.Pass(FakeLog.pass(key, epoch), log.openedBy(key, epoch)))));
      }

      void attachAll() {
        KEYS.forEach(this::attach);
      }

      void reconnect() {
        client.close();
        sink.cursors.forEach((key, cursor) -> stored.merge(key, cursor, Math::max));
        connect();
      }

      private void acknowledgeAll() {
        KEYS.forEach(key -> acknowledge(key, sink.cursors.getOrDefault(key, 0L)));
      }

      /** Something that was delivered, or acknowledged already; or what was not delivered. */
      private void acknowledgeSome(String key) {
        List<Long> open = sink.unacknowledged.getOrDefault(key, List.of());
        if (!open.isEmpty() && random.nextInt(8) > 0) {
          acknowledge(key, open.get(random.nextInt(open.size())) - random.nextInt(2));
        } else if (sink.attached.contains(key)) {
          assertFalse(client.acknowledge(key, sink.cursors.get(key) + 1 + random.nextInt(3)));
        }
      }

      private void acknowledge(String key, long sequence) {
        if (sink.attached.contains(key)) {
          sink.acknowledged(key, sequence);
          assertTrue(client.acknowledge(key, sequence));
        }
      }

      /** The pass of the epoch that the client has come to by what it was given. */
      void showNewest() {
        for (String key : KEYS) {
          if (key.startsWith("g:") && client.knows(key) && sink.cursors.containsKey(key)) {
            long epoch = epochAfter(key, sink.cursors.get(key));
            if (epoch > shown.getOrDefault(key, 0L)) {
              shown.put(key, epoch);
              client.show(key, log.openedBy(key, epoch), FakeLog.pass(key, epoch));
            }
          }
        }
      }

      private long epochAfter(String key, long sequence) {
        long epoch = 0;
        while (epoch < log.epoch(key) && log.openedBy(key, epoch + 1) <= sequence) {
          epoch++;
        }
        return epoch;
      }

      void check() {
        for (Map.Entry<String, Long> cursor : sink.cursors.entrySet()) {
          assertTrue(cursor.getValue() <= log.sequence(cursor.getKey()));
        }
      }
    }
  }
}
