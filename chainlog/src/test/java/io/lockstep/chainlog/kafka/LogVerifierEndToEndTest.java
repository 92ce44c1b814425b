package io.lockstep.chainlog.kafka;

import static io.lockstep.chainlog.audit.HandmadeChain.link;
import static io.lockstep.chainlog.audit.HandmadeChain.parsed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.audit.Finding;
import io.lockstep.chainlog.audit.Finding.Kind;
import io.lockstep.chainlog.audit.HandmadeChain;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log over a real broker, with a rogue writer's records in it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LogVerifierEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final Duration OWNED_MAX = Duration.ofSeconds(30);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static KafkaProducer<byte[], byte[]> rogue;

  private final CounterFold fold = new CounterFold();
  private final LogFormat<Add, Added> format = LogFormat.of(fold);

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
    rogue = Clients.producer(broker.connection(), Map.of());
  }

  @AfterAll
  static void stopBroker() {
    rogue.close();
    broker.close();
  }

  private static LogName log(String name, int partitions) {
    LogName log = new LogName(name);
    LogTopics.ensure(broker.connection(), log, new LogTopicSpec(partitions, 1, 100_000));
    return log;
  }

  private static LogReport verify(LogName log) {
    List<PartitionReport> progress = new ArrayList<>();
    LogReport report = LogVerifier.verify(broker.connection(), log, PATIENCE, progress::add);
    assertEquals(report.partitions(), progress);
    return report;
  }

  private static List<Kind> kinds(LogReport report) {
    return report.partitions().stream()
        .flatMap(p -> p.findings().stream())
        .map(Finding::kind)
        .toList();
  }

  @Test
  void whatOwnersWroteIsProvedWithARoguesRecordsInIt() throws Exception {
    LogName log = log("audited", 2);
    List<LogEntry<Added>> answers = new ArrayList<>();
    try (FoldService<Counter, Add, Added> owner =
            FoldService.start(
                fold,
                FoldServiceConfig.of(
                    broker.connection(), log, dir.resolve("audited"), "127.0.0.1:1"));
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
      assertTrue(owner.awaitOwned(2, OWNED_MAX));
      answers.addAll(submit(client, 300));
      writeAsARogue(log);
      answers.addAll(submit(client, 300));
    }

    LogReport report = verify(log);

    assertTrue(report.isProved(), report::toString);
    assertEquals(answers.size(), report.sum(PartitionReport::accepted));
    assertEquals(2, report.sum(PartitionReport::copies));
    assertEquals(2 * 4, report.sum(PartitionReport::foreign));
    assertEquals(0, report.sum(PartitionReport::waiting));
    for (PartitionReport partition : report.partitions()) {
      LogEntry<Added> newest =
          answers.stream()
              .filter(a -> a.partition() == partition.partition())
              .reduce((a, b) -> b.source() > a.source() ? b : a)
              .orElseThrow();
      assertEquals(newest.head(), partition.position().head());
      assertEquals(newest.logOffset(), partition.position().logOffset());
    }
  }

  private static List<LogEntry<Added>> submit(LogClient<Add, Added> client, int count)
      throws Exception {
    List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(client.submit(new Add("key" + i % 20, 1)));
    }
    List<LogEntry<Added>> entries = new ArrayList<>();
    for (CompletableFuture<LogEntry<Added>> answer : answers) {
      entries.add(answer.get(20, TimeUnit.SECONDS));
    }
    return entries;
  }

  /** In each partition one copy, and four records that no owner wrote. */
  private static void writeAsARogue(LogName log) throws Exception {
    for (int partition = 0; partition < 2; partition++) {
      byte[] last = last(log, partition);
      Link newest = parsed(last);
      write(
          log,
          partition,
          List.of(
              last,
              "nonsense".getBytes(java.nio.charset.StandardCharsets.UTF_8),
              link(newest.head(), newest.source(), "another answer").toBytes(),
              link(ChainHead.ZERO, newest.source() + 1, "from nowhere").toBytes(),
              link(newest.head(), 3, "an old submission").toBytes()));
    }
  }

  private static byte[] last(LogName log, int partition) {
    try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(broker.connection(), Map.of())) {
      TopicPartition from = new TopicPartition(log.log(), partition);
      consumer.assign(List.of(from));
      consumer.seekToEnd(List.of(from));
      consumer.seek(from, consumer.position(from) - 1);
      byte[] value = null;
      while (value == null) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          value = record.value();
        }
      }
      return value;
    }
  }

  private static void write(LogName log, int partition, List<byte[]> records) throws Exception {
    for (byte[] record : records) {
      rogue
          .send(new ProducerRecord<>(log.log(), partition, null, record))
          .get(10, TimeUnit.SECONDS);
    }
  }

  private static void submitRaw(LogName log, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      rogue
          .send(new ProducerRecord<>(log.submissions(), 0, null, new byte[] {1}))
          .get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void changedMissingAndReorderedRecordsAreFound() throws Exception {
    List<byte[]> good = HandmadeChain.ofLength(10);
    List<byte[]> changed = new ArrayList<>(good);
    changed.set(4, link(parsed(good.get(4)).prev(), 4, "changed").toBytes());
    List<byte[]> missing = new ArrayList<>(good);
    missing.remove(4);
    Map<LogName, List<byte[]>> logs =
        Map.of(
            log("good", 1), good,
            log("changed", 1), changed,
            log("missing", 1), missing);
    for (Map.Entry<LogName, List<byte[]>> log : logs.entrySet()) {
      submitRaw(log.getKey(), 10);
      write(log.getKey(), 0, log.getValue());
    }

    assertEquals(List.of(), kinds(verify(new LogName("good"))));
    assertEquals(List.of(Kind.BROKEN_CHAIN), kinds(verify(new LogName("changed"))));
    assertEquals(List.of(Kind.LOST_RECORDS), kinds(verify(new LogName("missing"))));
  }

  @Test
  void submissionsThatWereLostOrNeverAnsweredAreFoundButMarkersAreNoSubmissions() throws Exception {
    LogName lost = log("lost-submissions", 1);
    submitRaw(lost, 9);
    write(lost, 0, HandmadeChain.ofLength(10));
    assertEquals(List.of(Kind.LOST_RECORDS), kinds(verify(lost)));

    LogName unanswered = log("unanswered", 1);
    submitRaw(unanswered, 2);
    write(unanswered, 0, List.of(link(ChainHead.ZERO, 1, "skipped 0").toBytes()));
    assertEquals(List.of(Kind.UNANSWERED), kinds(verify(unanswered)));

    LogName markers = log("markers", 1);
    submitInATransaction(markers);
    submitRaw(markers, 1);
    Link first = link(ChainHead.ZERO, 0, "first");
    // Offset 1 is the marker of the transaction's end.
    write(markers, 0, List.of(first.toBytes(), link(first.head(), 2, "second").toBytes()));
    assertEquals(List.of(), kinds(verify(markers)));
  }

  private static void submitInATransaction(LogName log) throws Exception {
    try (KafkaProducer<byte[], byte[]> transactional =
        Clients.producer(
            broker.connection(), Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "stranger"))) {
      transactional.initTransactions();
      transactional.beginTransaction();
      var _ = transactional.send(new ProducerRecord<>(log.submissions(), 0, null, new byte[] {1}));
      transactional.commitTransaction();
    }
    // The marker is written some time after the commit has succeeded.
    TopicPartition submissions = new TopicPartition(log.submissions(), 0);
    try (Offsets offsets = new Offsets(broker.connection())) {
      while (offsets.ends(List.of(submissions)).get(10, TimeUnit.SECONDS).get(submissions) < 2) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  @Test
  void aLogThatDoesNotExistCannotBeVerified() {
    assertThrows(CompletionException.class, () -> verify(new LogName("nothing")));
  }
}
