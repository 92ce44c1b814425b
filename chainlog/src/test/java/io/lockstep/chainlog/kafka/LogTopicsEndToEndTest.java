package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are not as they must be are refused by name, and so that an operator can act. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LogTopicsEndToEndTest {
  private static final LogTopicSpec SPEC = new LogTopicSpec(2, 1, 100_000);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static Admin admin;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
    admin = Admin.create(broker.connection().settings(Map.of()));
  }

  @AfterAll
  static void stopBroker() {
    admin.close();
    broker.close();
  }

  private static LogName made(String name) {
    LogName log = new LogName(name);
    LogTopics.ensure(broker.connection(), log, SPEC);
    return log;
  }

  private static void set(String topic, String setting, String value) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
        .all()
        .get(10, TimeUnit.SECONDS);
  }

  private static String refusal(LogName log, LogTopicSpec spec) {
    return assertThrows(
            LogTopicsRefused.class, () -> LogTopics.ensure(broker.connection(), log, spec))
        .getMessage();
  }

  @Test
  void whatIsMadeIsAsItMustBe() {
    LogName log = made("made");

    List<TopicReport> reports = LogTopics.inspect(broker.connection(), log, SPEC);

    assertEquals(
        List.of("made.submissions", "made.log", "made.state", "made.watermarks"),
        reports.stream().map(TopicReport::topic).toList());
    for (TopicReport report : reports) {
      assertEquals(List.of(), report.problems());
      assertEquals(2, report.partitions());
      assertEquals(1, report.replication());
      assertEquals("1", report.setting("min.insync.replicas"));
    }
    assertEquals("LogAppendTime", reports.get(0).setting("message.timestamp.type"));
    assertEquals("-1", reports.get(1).setting("retention.ms"));
    assertEquals("compact", reports.get(2).setting("cleanup.policy"));
  }

  @Test
  void topicsThatAreMissingAreReportedAndNotMade() {
    LogName log = new LogName("missing");

    List<TopicReport> reports = LogTopics.inspect(broker.connection(), log, SPEC);

    assertEquals(4, reports.size());
    for (TopicReport report : reports) {
      assertFalse(report.exists());
      assertEquals(List.of("is missing"), report.problems());
    }
    assertFalse(LogTopics.inspect(broker.connection(), log, SPEC).getFirst().exists());
  }

  private record Bad(String topic, String setting, String value) {}

  @TestFactory
  List<DynamicTest> aSettingThatIsNotAsItMustBeIsRefusedByName() {
    LogName log = made("bad");
    List<Bad> settings =
        List.of(
            new Bad(log.submissions(), "retention.ms", "604799999"),
            new Bad(log.submissions(), "retention.bytes", "1000000"),
            new Bad(log.submissions(), "cleanup.policy", "compact"),
            new Bad(log.submissions(), "message.timestamp.type", "CreateTime"),
            new Bad(log.submissions(), "max.message.bytes", "99999"),
            new Bad(log.submissions(), "min.insync.replicas", "2"),
            new Bad(log.submissions(), "unclean.leader.election.enable", "true"),
            new Bad(log.log(), "retention.ms", "172799999"),
            new Bad(log.log(), "retention.bytes", "67108863"),
            new Bad(log.log(), "cleanup.policy", "compact"),
            new Bad(log.log(), "max.message.bytes", "100000"),
            new Bad(log.log(), "min.insync.replicas", "2"),
            new Bad(log.log(), "unclean.leader.election.enable", "true"),
            new Bad(log.state(), "cleanup.policy", "compact,delete"),
            new Bad(log.state(), "min.compaction.lag.ms", "3599999"),
            new Bad(log.state(), "max.message.bytes", "100000"),
            new Bad(log.state(), "min.insync.replicas", "2"),
            new Bad(log.watermarks(), "cleanup.policy", "delete"),
            new Bad(log.watermarks(), "unclean.leader.election.enable", "true"));
    List<DynamicTest> tests = new ArrayList<>();
    for (Bad bad : settings) {
      tests.add(
          DynamicTest.dynamicTest(bad.topic() + " " + bad.setting(), () -> isRefused(log, bad)));
    }
    return tests;
  }

  private static void isRefused(LogName log, Bad bad) throws Exception {
    String good =
        LogTopics.inspect(broker.connection(), log, SPEC).stream()
            .filter(report -> report.topic().equals(bad.topic()))
            .findFirst()
            .orElseThrow()
            .setting(bad.setting());
    set(bad.topic(), bad.setting(), bad.value());
    try {
      String message = refusal(log, SPEC);
      String words = "topic " + bad.topic() + " has " + bad.setting() + "=" + bad.value();
      assertTrue(message.startsWith(words + ", it must be "), message);
      assertFalse(message.contains(";"), () -> "only one thing is wrong: " + message);
    } finally {
      set(bad.topic(), bad.setting(), good);
    }
    LogTopics.ensure(broker.connection(), log, SPEC);
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() throws Exception {
    LogName log = made("many");
    set(log.log(), "retention.ms", "1000");
    set(log.state(), "cleanup.policy", "delete");

    String message = refusal(log, new LogTopicSpec(3, 1, 100_000));

    assertTrue(message.contains("topic many.submissions has partitions=2 but partitions=3"));
    assertTrue(message.contains("topic many.log has retention.ms=1000"), message);
    assertTrue(message.contains("topic many.state has cleanup.policy=delete"), message);
  }

  @Test
  void settingsThatAreForSpeedAreTheOperators() throws Exception {
    LogName log = made("speed");
    set(log.state(), "segment.ms", "60000");
    set(log.log(), "segment.bytes", "16000000");
    set(log.log(), "max.message.bytes", "20000000");
    set(log.log(), "compression.type", "zstd");

    LogTopics.ensure(broker.connection(), log, SPEC);
  }

  @Test
  void howLongAnAnsweredSubmissionAndTheLogAreKeptIsTheOperators() throws Exception {
    LogName log = made("kept");
    set(log.submissions(), "retention.ms", "604800000");
    set(log.log(), "retention.ms", "172800000");
    set(log.log(), "retention.bytes", "67108864");
    set(log.state(), "min.compaction.lag.ms", "7200000");

    LogTopics.ensure(broker.connection(), log, SPEC);
  }

  @Test
  void aLogIsMadeWithTheRetentionThatIsAskedFor() {
    LogName log = new LogName("limited");
    LogRetention limited =
        new LogRetention(Optional.of(Duration.ofDays(3)), OptionalLong.of(100L << 20));
    LogTopics.ensure(broker.connection(), log, SPEC.withRetention(limited));

    TopicReport entries = LogTopics.inspect(broker.connection(), log, SPEC).get(1);

    assertEquals("259200000", entries.setting("retention.ms"));
    assertEquals("104857600", entries.setting("retention.bytes"));
    assertEquals(
        List.of(), entries.problems(), "whoever starts with other wishes takes it as it is");
  }

  @Test
  void aRetentionThatIsTooShortIsNotEvenAskedFor() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new LogRetention(Optional.of(Duration.ofHours(47)), OptionalLong.empty()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LogRetention(Optional.empty(), OptionalLong.of(1000)));
  }

  @Test
  void fewerCopiesThanConfiguredAreRefused() {
    LogName log = made("copies");

    String message = refusal(log, new LogTopicSpec(2, 3, 100_000));

    assertTrue(message.contains("topic copies.log has replication=1, it must be 3"), message);
    assertTrue(message.contains("min.insync.replicas=1, it must be at least 2"), message);
  }

  @Test
  void morePartitionsAreRefusedEvenWhenTheSettingSaysSoToo() throws Exception {
    LogName log = made("grown");
    try (KafkaProducer<byte[], byte[]> owner = Clients.producer(broker.connection(), Map.of())) {
      owner
          .send(WatermarkRecords.record(log, 1, 2, ChainPosition.START, "127.0.0.1:1"))
          .get(10, TimeUnit.SECONDS);
    }
    for (String topic : TopicRules.topics(log)) {
      admin
          .createPartitions(Map.of(topic, NewPartitions.increaseTo(4)))
          .all()
          .get(10, TimeUnit.SECONDS);
    }

    assertTrue(refusal(log, SPEC).contains("has partitions=4 but partitions=2 is configured"));
    String message = refusal(log, new LogTopicSpec(4, 1, 100_000));
    assertTrue(
        message.startsWith("log grown was made with partitions=2 (grown.watermarks)"), message);
  }
}
