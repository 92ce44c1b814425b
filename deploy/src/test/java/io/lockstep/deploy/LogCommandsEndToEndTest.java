package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.chainlog.Partitions;
import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.GroupId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./lockstep log ...} on a node with a conversation and a rogue's records in its log. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LogCommandsEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PARTITIONS = 8;

  @TempDir private static Path dir;
  private static LocalNode node;
  private static String group;

  @BeforeAll
  static void converse() throws Exception {
    node = LocalNode.start(LocalNode.Options.in(dir.resolve("node")).withMetrics(0));
    try (LockstepClient alice =
        LockstepClient.open(
            ClientConfig.of(
                dir.resolve("alice"),
                StateKey.passphrase("a passphrase"),
                ServiceTarget.plaintext(node.gatewayTarget()),
                ServiceTarget.plaintext(node.authenticationTarget()),
                node.trustAnchor()))) {
      UserName user = new UserName("alice");
      AccountKey account = AccountKey.generate(new SecureRandom());
      alice.register(user, account, "");
      alice.enrol(user, account);
      alice.publishKeyPackages(2);
      GroupId id = alice.createGroup(GroupOptions.closed());
      group = HexFormat.of().formatHex(id.bytes());
      alice.send(id, "canary plaintext".getBytes(StandardCharsets.UTF_8));
      writeAsARogue();
      alice.update(id);
      alice.send(id, "canary plaintext".getBytes(StandardCharsets.UTF_8));
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void writeAsARogue() throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", node.kafkaBootstrap());
    try (KafkaProducer<byte[], byte[]> rogue =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      rogue
          .send(
              new ProducerRecord<>(
                  "lockstep.log",
                  Partitions.of("g:" + group, PARTITIONS),
                  ("g:" + group).getBytes(StandardCharsets.UTF_8),
                  "a rogue's record".getBytes(StandardCharsets.UTF_8)))
          .get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void everyLogOfANodeIsProvedWhileItRuns() throws Exception {
    for (String log : List.of("lockstep", "lockstep.keys", "lockstep.directory")) {
      Path file = dir.resolve(log + ".json");
      CommandRun run =
          CommandRun.of(
              "log",
              "verify",
              "--kafka",
              node.kafkaBootstrap(),
              "--log",
              log,
              "--json",
              file.toString());

      assertEquals(0, run.exitCode(), run::everything);
      assertTrue(run.out().contains("proved: every partition is one chain"), run::everything);
      JsonNode json = JSON.readTree(file.toFile());
      assertTrue(json.get("proved").asBoolean());
      assertEquals(PARTITIONS, json.get("partitions").size());
      assertTrue(json.get("accepted").asInt() > 0, json::toString);
      assertEquals(log.equals("lockstep") ? 1 : 0, json.get("foreign").asInt(), json::toString);
    }
  }

  @Test
  void theNodesDirectoryIsEnoughToFindItsKafka() {
    CommandRun run = CommandRun.of("log", "verify", "--data", dir.resolve("node").toString());

    assertEquals(0, run.exitCode(), run::everything);
    assertTrue(run.out().contains("1 foreign records skipped"), run::everything);
  }

  @Test
  void whatCannotBeReadIsNeitherProvedNorRefuted() {
    CommandRun nowhere =
        CommandRun.of("log", "verify", "--data", dir.resolve("nothing here").toString());
    assertEquals(2, nowhere.exitCode(), nowhere::everything);
    assertTrue(nowhere.err().contains("there is no Kafka data in"), nowhere::everything);

    CommandRun noSuchLog =
        CommandRun.of("log", "verify", "--kafka", node.kafkaBootstrap(), "--log", "nonsense");
    assertEquals(2, noSuchLog.exitCode(), noSuchLog::everything);
  }

  @Test
  void aGroupsEntriesArePrintedInOrderWithoutTheirPayload() throws Exception {
    CommandRun run =
        CommandRun.of(
            "log", "tail", "--kafka", node.kafkaBootstrap(), "--group", group, "--from-beginning");

    assertEquals(0, run.exitCode(), run::everything);
    List<JsonNode> lines = lines(run);
    assertEquals(List.of("created", "application", "commit", "application"), texts(lines, "kind"));
    assertEquals(List.of("1", "2", "3", "4"), texts(lines, "seq"));
    assertEquals(List.of("0", "0", "0", "1"), texts(lines, "epoch"));
    for (JsonNode line : lines) {
      assertEquals("g:" + group, line.get("key").asText());
      assertEquals("sequenced", line.get("verdict").asText());
      assertTrue(line.get("time").asText().startsWith("20"), line::toString);
      assertTrue(line.get("head").asText().matches("[0-9a-f]{64}"), line::toString);
      assertTrue(line.get("bytes").asInt() > 0, line::toString);
      assertTrue(line.get("source").asLong() >= 0, line::toString);
      assertEquals(
          List.of(
              "partition",
              "offset",
              "source",
              "time",
              "key",
              "kind",
              "seq",
              "epoch",
              "verdict",
              "bytes",
              "head"),
          List.copyOf(line.propertyStream().map(Map.Entry::getKey).toList()));
    }
    assertFalse(run.everything().contains("canary"), "a payload on the screen");
  }

  @Test
  void withoutOptionsTheNewestEntriesArePrinted() throws Exception {
    CommandRun two =
        CommandRun.of("log", "tail", "--kafka", node.kafkaBootstrap(), "--group", group, "-n", "2");
    assertEquals(List.of("3", "4"), texts(lines(two), "seq"));

    CommandRun all = CommandRun.of("log", "tail", "--kafka", node.kafkaBootstrap(), "--all");
    assertEquals(4, lines(all).size());

    CommandRun keys =
        CommandRun.of(
            "log", "tail", "--kafka", node.kafkaBootstrap(), "--all", "--log", "lockstep.keys");
    assertEquals(List.of("published"), texts(lines(keys), "kind"));
  }

  @Test
  void metricsCountTheConversationAndNameNobody() throws Exception {
    String text;
    try (HttpClient http = HttpClient.newHttpClient()) {
      text =
          http.send(
                  HttpRequest.newBuilder(URI.create(node.metricsTarget().orElseThrow())).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
    }

    assertTrue(
        text.contains("lockstep_outcomes_total{kind=\"application\",log=\"lockstep\"} 2.0"), text);
    assertTrue(
        text.contains("lockstep_outcomes_total{kind=\"commit\",log=\"lockstep\"} 1.0"), text);
    assertTrue(text.contains("lockstep_submissions_total{log=\"lockstep\"} 4.0"), text);
    assertTrue(text.contains("lockstep_written_total{log=\"lockstep\"} 4.0"), text);
    assertTrue(
        text.contains("lockstep_skipped_total{log=\"lockstep\",reason=\"unreadable\"} 1.0"), text);
    assertTrue(text.contains("lockstep_restore_seconds_count{log=\"lockstep\"} 8"), text);
    assertTrue(text.contains("lockstep_takeover_seconds_count{log=\"lockstep\"} 0"), text);
    assertTrue(
        text.contains("lockstep_lag_records{log=\"lockstep.keys\",partition=\"0\"} 0.0"), text);
    assertTrue(
        text.contains("lockstep_lag_milliseconds{log=\"lockstep\",partition=\"7\"} 0.0"), text);
    assertTrue(text.contains("lockstep_reader_skipped_total{log=\"lockstep\"} 1.0"), text);
    assertFalse(text.contains(group), "a group's id in the metrics");
    assertFalse(text.contains("alice"), "a user's name in the metrics");
  }

  @Test
  void aGroupIdMustBeHex() {
    CommandRun run =
        CommandRun.of("log", "tail", "--kafka", node.kafkaBootstrap(), "--group", "friends");

    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("1 to 255 bytes in hex: friends"), run::everything);
  }

  private static List<JsonNode> lines(CommandRun run) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static List<String> texts(List<JsonNode> lines, String field) {
    return lines.stream().map(line -> line.get(field).asText()).toList();
  }
}
