package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.kafka.BrokerProcess;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.LogClientCounts;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.admission.RateLimits;
import io.lockstep.gateway.log.StreamFormat;
import io.lockstep.log.v1.StreamEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka is away while clients submit. What they are told meanwhile, that it comes in bounded time,
 * that little waits in the gateway, that all goes on by itself, and that the log agrees with what
 * each of them was told. {@code -Dlockstep.outage-seconds=N}: how long, some seconds without it.
 */
class KafkaOutageEndToEndTest {
  private static final Duration OUTAGE =
      Duration.ofSeconds(Long.getLong("lockstep.outage-seconds", 8));
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a client waits by default. */
  private static final Duration CLIENT_WAITS = Duration.ofSeconds(10);

  private static final long TAKES_EFFECT_MILLIS = 200;

  private static final List<ByteString> GROUPS =
      IntStream.range(0, 4).mapToObj(i -> ByteString.copyFromUtf8("outage " + i)).toList();
  private static final int CLIENTS_PER_GROUP = 2;

  /** One of the clients does not wait before it submits again. */
  private static final int IMPATIENT = 0;

  private static final Rate ANY = new Rate(1_000_000, 1_000_000);
  private static final GatewayLimits LIMITS =
      GatewayLimits.DEFAULT.withRates(
          RateLimits.DEFAULT
              .with(RateLimit.CLIENT_SUBMITS, ANY)
              .with(RateLimit.GROUP_SUBMITS, ANY));

  @TempDir private Path dir;

  /** Takes Kafka away and gives it back. */
  private interface Switch {
    void off() throws Exception;

    void on() throws Exception;
  }

  @Test
  void kafkaHangs() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(dir.resolve("kafka"));
        GatewayWorld world = new GatewayWorld(dir, LIMITS, broker.connection())) {
      outage(
          world,
          new Switch() {
            @Override
            public void off() throws Exception {
              broker.signal("STOP");
            }

            @Override
            public void on() throws Exception {
              broker.signal("CONT");
            }
          });
    }
  }

  @Test
  void kafkaIsGone() throws Exception {
    try (Restarted broker = new Restarted(dir.resolve("kafka"));
        GatewayWorld world = new GatewayWorld(dir, LIMITS, broker.running.connection())) {
      outage(world, broker);
    }
  }

  private static final class Restarted implements Switch, AutoCloseable {
    private final Path data;
    private EmbeddedBroker running;

    Restarted(Path data) {
      this.data = data;
      on();
    }

    @Override
    public void off() {
      running.close();
    }

    @Override
    public void on() {
      running = EmbeddedBroker.start(data);
    }

    @Override
    public void close() {
      off();
    }
  }

  private void outage(GatewayWorld world, Switch kafka) throws Exception {
    for (ByteString group : GROUPS) {
      assertTrue(world.client().submit(world.create(group)).hasSequenced());
    }
    try (OutageClients clients = new OutageClients(world, GROUPS, CLIENTS_PER_GROUP, IMPATIENT)) {
      clients.awaitAcknowledged(PATIENCE);
      kafka.off();
      TimeUnit.MILLISECONDS.sleep(TAKES_EFFECT_MILLIS);
      long dark = System.nanoTime();
      LogClientCounts most = watch(world, dark + OUTAGE.toNanos());
      long light = System.nanoTime();
      kafka.on();
      Duration back = clients.awaitAcknowledged(PATIENCE);
      clients.stop();

      OutageClients.Told told = clients.told(dark, light);
      System.out.printf(
          "%d s without Kafka: %s; at most %d submissions and %d bytes waited in the gateway;"
              + " all clients were answered again %d ms after it%n",
          TimeUnit.NANOSECONDS.toSeconds(light - dark),
          told,
          most.pending(),
          most.bufferedBytes(),
          back.toMillis());
      told.check(CLIENT_WAITS);
      check(clients, sequenced(world, clients));
    }
    assertEquals(List.of(), List.copyOf(world.strangeStatuses));
  }

  /** What the gateway holds at most until then. */
  private static LogClientCounts watch(GatewayWorld world, long untilNanos) throws Exception {
    LogClientCounts most = world.gateway.submissions();
    while (System.nanoTime() - untilNanos < 0) {
      LogClientCounts now = world.gateway.submissions();
      if (now.pending() > most.pending()) {
        most = now;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    int clients = GROUPS.size() * CLIENTS_PER_GROUP;
    assertTrue(most.pending() <= clients, "each waits for one answer: " + most);
    return most;
  }

  /** The log from its beginning, as soon as it has all that was acknowledged. */
  private static Map<ByteString, List<Long>> sequenced(GatewayWorld world, OutageClients clients)
      throws Exception {
    Queue<StreamEntry> entries = new ConcurrentLinkedQueue<>();
    try (ChainedReader<StreamEntry> reader =
        ChainedReader.start(world.kafka, StreamFormat.LOG, StreamFormat.FORMAT)) {
      reader.addListener(entry -> entries.add(entry.entry()));
      for (int p = 0; p < reader.partitions(); p++) {
        reader.follow(p, new StartAt.Beginning()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        Map<ByteString, List<Long>> all = new HashMap<>();
        entries.stream()
            .filter(StreamEntry::hasSequenced)
            .forEach(
                entry ->
                    all.computeIfAbsent(entry.getSubmissionId(), _ -> new ArrayList<>())
                        .add(entry.getSequenced().getSequence()));
        if (all.keySet().containsAll(clients.acknowledged().keySet())) {
          return all;
        }
        assertTrue(System.nanoTime() - deadline < 0, "an acknowledged submission is lost");
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static void check(OutageClients clients, Map<ByteString, List<Long>> log) {
    clients
        .acknowledged()
        .forEach((id, sequence) -> assertEquals(List.of(sequence), log.get(id), "acknowledged"));
    log.values().forEach(sequences -> assertEquals(1, sequences.size(), "an entry twice"));
    clients
        .refused()
        .forEach(id -> assertEquals(Optional.empty(), Optional.ofNullable(log.get(id)), "refused"));
  }
}
