package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.log.v1.SubmissionRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadInputEndToEndTest {
  private static final LogTopicSpec TOPICS = new LogTopicSpec(1, 1, 100_000);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  private final CounterFold fold = new CounterFold();
  private final LogFormat<Add, Added> format = LogFormat.of(fold);

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private FoldService<Counter, Add, Added> owner(LogName log, CounterFold by) {
    return FoldService.start(
        by, FoldServiceConfig.of(broker.connection(), log, dir.resolve(log.name()), "127.0.0.1:1"));
  }

  private static LogName log(String name) {
    LogName log = new LogName(name);
    LogTopics.ensure(broker.connection(), log, TOPICS);
    return log;
  }

  @Test
  void recordsThatAreNoCommandsAreAnsweredAndTheOthersGoOn() throws Exception {
    LogName log = log("garbage");
    try (FoldService<Counter, Add, Added> owner = owner(log, fold);
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader);
        KafkaProducer<byte[], byte[]> past = Clients.producer(broker.connection(), Map.of())) {
      assertTrue(owner.awaitOwned(1, PATIENCE));
      SubmissionRecord wrongKey =
          SubmissionRecord.newBuilder().setCommand(ByteString.copyFromUtf8("other|1")).build();
      List<ProducerRecord<byte[], byte[]>> bad =
          List.of(
              new ProducerRecord<>(log.submissions(), 0, bytes("key"), bytes("garbage")),
              new ProducerRecord<>(log.submissions(), 0, null, null),
              new ProducerRecord<>(log.submissions(), 0, bytes("x".repeat(5000)), bytes("")),
              new ProducerRecord<>(log.submissions(), 0, bytes("key"), wrongKey.toByteArray()));
      for (ProducerRecord<byte[], byte[]> record : bad) {
        past.send(record).get(10, TimeUnit.SECONDS);
      }
      assertEquals(7, client.submit(new Add("key", 7)).get(10, TimeUnit.SECONDS).entry().total());
      List<LogEntry<Added>> entries =
          WholeLog.readUntil(broker.connection(), log, format, l -> l.size() == 5);
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L), entries.stream().map(LogEntry::source).toList());
      assertEquals(
          List.of("key", "", "", "key", "key"), entries.stream().map(LogEntry::key).toList());
      assertEquals(0, owner.counts().halted());
      assertThrows(
          ExecutionException.class,
          () -> client.submit(new Add("y".repeat(200_000), 1)).get(10, TimeUnit.SECONDS));
      assertEquals(8, client.submit(new Add("key", 1)).get(10, TimeUnit.SECONDS).entry().total());
      assertEquals(
          List.of("kind=add", "seq=1", "verdict=sequenced", "source=4"),
          headers(log, 4),
          "legible with Kafka's tools");
    }
  }

  @Test
  void aNewVersionDecidesFromItsRecordOnAndAnOwnerThatDoesNotKnowItStops() throws Exception {
    LogName log = log("versions");
    try (FoldService<Counter, Add, Added> owner = owner(log, fold);
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
      assertTrue(owner.awaitOwned(1, PATIENCE));
      assertEquals(1, client.submit(new Add("key", 1)).get(10, TimeUnit.SECONDS).entry().total());
      client.switchVersion(0, 2).get(10, TimeUnit.SECONDS);
      assertEquals(3, client.submit(new Add("key", 1)).get(10, TimeUnit.SECONDS).entry().total());
      client.switchVersion(0, 1).get(10, TimeUnit.SECONDS);
      assertEquals(5, client.submit(new Add("key", 1)).get(10, TimeUnit.SECONDS).entry().total());
      assertEquals(2, reader.position(0).orElseThrow().foldVersion());
    }
    try (FoldService<Counter, Add, Added> old = owner(log, new CounterFold(1))) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (old.counts().halted() == 0) {
        assertTrue(System.nanoTime() < deadline, "an old release must stop");
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThrows(NotOwner.class, () -> old.view().state("key"));
    }
  }

  @Test
  void aPartitionThatAProcessCannotGoOnWithIsGivenToAnotherThatCan() throws Exception {
    LogName log = log("upgrade");
    try (FoldService<Counter, Add, Added> old = owner(log, new CounterFold(1))) {
      assertTrue(old.awaitOwned(1, PATIENCE));
      FoldServiceConfig beside =
          FoldServiceConfig.of(
              broker.connection(), log, dir.resolve(log.name() + "-new"), "127.0.0.1:2");
      try (FoldService<Counter, Add, Added> next = FoldService.start(fold, beside);
          ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
          LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
        assertEquals(1, client.submit(new Add("key", 1)).get(20, TimeUnit.SECONDS).entry().total());
        client.switchVersion(0, 2).get(10, TimeUnit.SECONDS);
        assertTrue(next.awaitOwned(1, PATIENCE), "the group gives it to the newer release");
        assertEquals(3, client.submit(new Add("key", 1)).get(20, TimeUnit.SECONDS).entry().total());
        assertEquals(Set.of(), old.owned());
        assertEquals(Set.of(), old.standingBy());
        assertEquals(1, old.counts().halted());
      }
    }
  }

  @Test
  void aStrangerThatWritesFarAheadOfTheChainSilencesNobody() throws Exception {
    LogName log = log("stranger");
    try (FoldService<Counter, Add, Added> owner = owner(log, fold);
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader);
        KafkaProducer<byte[], byte[]> stranger = Clients.producer(broker.connection(), Map.of())) {
      assertTrue(owner.awaitOwned(1, PATIENCE));
      long total = 0;
      for (int flood = 0; flood < 3; flood++) {
        total++;
        assertEquals(total, untilAnswered(client));
        for (int i = 0; i < ChainFollower.AHEAD_MAX + 100; i++) {
          byte[] ahead =
              new Link(
                      ChainHead.ZERO,
                      1_000_000 + i,
                      new Link.EntryBody(ByteString.copyFromUtf8("a stranger's")))
                  .toBytes();
          var _ = stranger.send(new ProducerRecord<>(log.log(), 0, bytes("x"), ahead));
        }
        stranger.flush();
      }
      total++;
      assertEquals(total, untilAnswered(client));
      System.out.println("stranger: " + owner.counts() + " " + reader.counts());
      assertEquals(0, owner.counts().halted());
    }
  }

  /** The total after one more was added; again as long as it was refused. */
  private static long untilAnswered(LogClient<Add, Added> client) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return client.submit(new Add("key", 1)).get(20, TimeUnit.SECONDS).entry().total();
      } catch (ExecutionException refused) {
        assertInstanceOf(LogUnavailable.class, refused.getCause());
        assertTrue(System.nanoTime() < until, refused::toString);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  @Test
  void withoutAnOwnerTheOutcomeIsUnknownAndAFullClientRefuses() throws Exception {
    LogName log = log("nobody");
    CompletableFuture<LogEntry<Added>> late;
    LogClientLimits small = new LogClientLimits(Duration.ofSeconds(1), 3, 1 << 20);
    try (ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client =
            LogClient.start(broker.connection(), format, reader, small)) {
      List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(client.submit(new Add("key", 1)));
      }
      assertInstanceOf(LogUnavailable.class, failure(answers.get(3)));
      for (int i = 0; i < 3; i++) {
        assertInstanceOf(SubmissionUnknown.class, failure(answers.get(i)));
      }
      late = client.submit(new Add("key", 1));
    }
    assertInstanceOf(SubmissionUnknown.class, failure(late), "closing ends the waiting");
    // They were written all the same, and an owner that comes later answers them.
    try (FoldService<Counter, Add, Added> owner = owner(log, fold)) {
      assertTrue(owner.awaitOwned(1, PATIENCE));
      assertEquals(
          4, WholeLog.readUntil(broker.connection(), log, format, l -> l.size() == 4).size());
    }
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS))
        .getCause();
  }

  private static List<String> headers(LogName log, long offset) {
    try (KafkaConsumer<byte[], byte[]> raw = Clients.consumer(broker.connection(), Map.of())) {
      TopicPartition partition = new TopicPartition(log.log(), 0);
      raw.assign(List.of(partition));
      raw.seek(partition, offset);
      ConsumerRecord<byte[], byte[]> record = raw.poll(Duration.ofSeconds(10)).iterator().next();
      List<String> headers = new ArrayList<>();
      for (Header header : record.headers()) {
        headers.add(header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8));
      }
      return headers;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
