package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees who reads {@code lockstep.log} with Kafka's own tools. */
class LegibleLogEndToEndTest {
  @TempDir private Path dir;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void keysAndHeadersOfTheLogAreTextAndNameNobody() throws Exception {
    try (LocalNode node = LocalNode.start(LocalNode.Options.in(dir.resolve("node")));
        LockstepClient alice = open(node)) {
      UserName user = new UserName("alice");
      AccountKey account = AccountKey.generate(new SecureRandom());
      alice.register(user, account, "");
      alice.enrol(user, account);
      GroupId group = alice.createGroup(GroupOptions.closed());
      alice.send(group, "canary plaintext".getBytes(StandardCharsets.UTF_8));
      alice.update(group);
      String client = alice.identity().orElseThrow().client().hex();

      List<ConsumerRecord<String, byte[]>> log = readAll(node.kafkaBootstrap());

      String key = "g:" + java.util.HexFormat.of().formatHex(group.bytes());
      List<Map<String, String>> headers =
          log.stream()
              .filter(r -> r.key().equals(key))
              .map(LegibleLogEndToEndTest::headers)
              .toList();
      assertEquals(
          List.of("created", "application", "commit"),
          headers.stream().map(h -> h.get("kind")).toList());
      assertEquals(List.of("1", "2", "3"), headers.stream().map(h -> h.get("seq")).toList());
      assertEquals(List.of("0", "0", "0"), headers.stream().map(h -> h.get("epoch")).toList());
      for (Map<String, String> header : headers) {
        assertEquals("sequenced", header.get("verdict"));
        assertTrue(header.get("source").matches("\\d+"), header::toString);
      }
      for (ConsumerRecord<String, byte[]> entry : log) {
        String everything =
            entry.key() + headers(entry) + new String(entry.value(), StandardCharsets.ISO_8859_1);
        assertFalse(everything.contains("canary plaintext"), "plaintext in the log");
        assertFalse(everything.contains("alice"), "a user's name in the log");
        assertFalse(everything.contains(client), "a client id in the log");
      }
    }
  }

  private LockstepClient open(LocalNode node) {
    return LockstepClient.open(
        ClientConfig.of(
            dir.resolve("alice"),
            StateKey.passphrase("a passphrase"),
            ServiceTarget.plaintext(node.gatewayTarget()),
            ServiceTarget.plaintext(node.authenticationTarget()),
            node.trustAnchor()));
  }

  private static List<ConsumerRecord<String, byte[]>> readAll(String bootstrap) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("lockstep.log").stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  private static Map<String, String> headers(ConsumerRecord<String, byte[]> entry) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : entry.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    return headers;
  }
}
