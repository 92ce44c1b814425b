package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.log.v1.StateRecord;
import io.lockstep.log.v1.SubmissionRecord;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LogEntryFormatterTest {
  private static final String PAYLOAD = "canary payload";
  private static final String ZERO = "0".repeat(64);

  @TempDir private Path dir;

  private final Link entry =
      new Link(ChainHead.ZERO, 40, new Link.EntryBody(ByteString.copyFromUtf8(PAYLOAD)));

  private static ConsumerRecord<byte[], byte[]> record(String topic, String key, byte[] value) {
    return new ConsumerRecord<>(
        topic,
        3,
        41L,
        1_800_000_000_123L,
        TimestampType.LOG_APPEND_TIME,
        0,
        0,
        key == null ? null : bytes(key),
        value,
        new RecordHeaders()
            .add("kind", bytes("application"))
            .add("seq", bytes("7"))
            .add("epoch", bytes("2"))
            .add("verdict", bytes("sequenced"))
            .add("source", bytes("40"))
            .add("anything", bytes(PAYLOAD)),
        Optional.empty());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String line(String topic, String key, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LogEntryFormatter formatter = new LogEntryFormatter();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      formatter.configure(Map.of());
      formatter.writeTo(record(topic, key, value), print);
    }
    String printed = out.toString(StandardCharsets.UTF_8);
    assertEquals(1, printed.lines().count(), printed);
    assertTrue(!printed.contains(PAYLOAD), printed);
    return printed.strip();
  }

  private static String front(String topic, String key) {
    return "{\"topic\":\""
        + topic
        + "\",\"partition\":3,\"offset\":41,\"time\":\"2027-01-15T08:00:00.123Z\""
        + (key == null ? "" : ",\"key\":\"" + key + "\"");
  }

  @Test
  void anEntryIsShownWithItsLinkAndWithoutItsPayload() {
    assertEquals(
        front("lockstep.log", "g:ab12")
            + ",\"source\":40,\"kind\":\"application\",\"seq\":\"7\",\"epoch\":\"2\","
            + "\"verdict\":\"sequenced\",\"bytes\":14,\"prev\":\""
            + ZERO
            + "\",\"head\":\""
            + entry.head()
            + "\"}",
        line("lockstep.log", "g:ab12", entry.toBytes()));
  }

  @Test
  void aVersionSwitchIsShownInBothTopics() {
    Link version = new Link(ChainHead.ZERO, 40, new Link.VersionBody(2));
    assertEquals(
        front("lockstep.log", null)
            + ",\"source\":40,\"kind\":\"fold-version\",\"version\":2,\"prev\":\""
            + ZERO
            + "\",\"head\":\""
            + version.head()
            + "\"}",
        line("lockstep.log", null, version.toBytes()));
    assertEquals(
        front("lockstep.submissions", null) + ",\"kind\":\"fold-version\",\"version\":2}",
        line("lockstep.submissions", null, value(SubmissionRecord.newBuilder().setFoldVersion(2))));
  }

  @Test
  void aSubmissionIsShownByItsSize() {
    assertEquals(
        front("lockstep.keys.submissions", "k:ab") + ",\"kind\":\"command\",\"bytes\":14}",
        line(
            "lockstep.keys.submissions",
            "k:ab",
            value(SubmissionRecord.newBuilder().setCommand(ByteString.copyFromUtf8(PAYLOAD)))));
  }

  @Test
  void aStateIsShownByItsSizeAndADeletedOneAsDeleted() {
    assertEquals(
        front("lockstep.state", "g:ab") + ",\"log_offset\":9,\"bytes\":14}",
        line(
            "lockstep.state",
            "g:ab",
            value(
                StateRecord.newBuilder()
                    .setLogOffset(9)
                    .setState(ByteString.copyFromUtf8(PAYLOAD)))));
    assertEquals(
        front("lockstep.state", "g:ab") + ",\"deleted\":true}",
        line("lockstep.state", "g:ab", null));
  }

  @Test
  void aWatermarkIsShownWhole() {
    byte[] value =
        WatermarkRecords.record(
                new LogName("lockstep"),
                3,
                8,
                new ChainPosition(5, entry.head(), 40, 1),
                "127.0.0.1:7411")
            .value();
    assertEquals(
        front("lockstep.watermarks", "watermark")
            + ",\"log_offset\":5,\"source\":40,\"head\":\""
            + entry.head()
            + "\",\"fold_version\":1,\"partitions\":8,\"endpoint\":\"127.0.0.1:7411\"}",
        line("lockstep.watermarks", "watermark", value));
  }

  @Test
  void whatIsNoRecordOfALogIsSaidToBeUnreadable() {
    for (String topic : List.of("a.submissions", "a.log", "a.state", "a.watermarks")) {
      assertEquals(
          front(topic, null) + ",\"error\":\"unreadable\",\"bytes\":14}",
          line(topic, null, bytes(PAYLOAD)));
    }
    assertEquals(
        front("a.log", null) + ",\"error\":\"unreadable\",\"bytes\":0}", line("a.log", null, null));
    assertEquals(
        front("orders", null) + ",\"error\":\"not a topic of a log\",\"bytes\":14}",
        line("orders", null, bytes(PAYLOAD)));
  }

  @Test
  void aStrangersKeyCannotBreakTheLineOrTheTerminal() {
    assertEquals(
        front("a.state", "\\\"\\\\\\u000a\\u001b[2J\\u20ac") + ",\"deleted\":true}",
        line("a.state", "\"\\\n\u001b[2J€", null));
  }

  /** The class path that docs/operating.md tells operators to give to Kafka's tool. */
  @Test
  void threeJarsBesideKafkasOwnAreEnough() throws Exception {
    List<Class<?>> ours = List.of(LogEntryFormatter.class, StateRecord.class, ByteString.class);
    List<URL> urls = new ArrayList<>(List.of(place(MessageFormatter.class)));
    for (Class<?> type : ours) {
      urls.add(place(type));
    }
    try (URLClassLoader alone =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> formatter = alone.loadClass(LogEntryFormatter.class.getName());
      Object made = formatter.getDeclaredConstructor().newInstance();
      Class<?> recordType = alone.loadClass(ConsumerRecord.class.getName());
      Object foreign =
          recordType
              .getConstructor(String.class, int.class, long.class, Object.class, Object.class)
              .newInstance("a.log", 0, 0L, null, entry.toBytes());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
        formatter.getMethod("writeTo", recordType, PrintStream.class).invoke(made, foreign, print);
      }
      String line = out.toString(StandardCharsets.UTF_8);
      assertTrue(line.contains("\"head\":\"" + entry.head() + "\""), line);
    }
  }

  private static URL place(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void kafkasConsoleConsumerPrintsWithIt() throws Exception {
    LogName log = new LogName("shown");
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      LogTopics.ensure(broker.connection(), log, new LogTopicSpec(1, 1, 100_000));
      try (KafkaProducer<byte[], byte[]> producer =
          Clients.producer(broker.connection(), Map.of())) {
        producer
            .send(new ProducerRecord<>(log.log(), 0, bytes("g:ab12"), entry.toBytes()))
            .get(10, TimeUnit.SECONDS);
      }
      Process consumer =
          JvmCommand.of("org.apache.kafka.tools.consumer.ConsoleConsumer")
              .with("--bootstrap-server", broker.bootstrap())
              .with("--topic", log.log(), "--from-beginning", "--max-messages", "1")
              .with("--formatter", LogEntryFormatter.class.getName())
              .toProcess()
              .redirectErrorStream(true)
              .start();
      String printed = new String(consumer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, consumer.waitFor(), printed);
      assertTrue(printed.contains("\"topic\":\"shown.log\",\"partition\":0,\"offset\":0"), printed);
      assertTrue(printed.contains("\"head\":\"" + entry.head() + "\""), printed);
    }
  }

  private static byte[] value(MessageLite.Builder message) {
    return message.build().toByteArray();
  }
}
