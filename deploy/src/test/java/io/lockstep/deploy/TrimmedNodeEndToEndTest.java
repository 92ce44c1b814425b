package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.StartAt;
import io.lockstep.chainlog.kafka.StartLookup;
import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent;
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
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose log has lost its beginning to retention: what {@code ./lockstep log verify} says,
 * and what becomes of a member who was away meanwhile.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TrimmedNodeEndToEndTest {
  private static final LogName LOG = new LogName("lockstep");
  private static final int MESSAGES = 20;

  /** Behind the creation, the Commit that adds bob, and some messages. */
  private static final long KEPT_FROM = 12;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path dir;

  @Test
  void theRestIsProvedAndAMemberWhoWasAwayIsToldSoAndComesBack() throws Exception {
    GroupId group;
    int partition;
    try (LocalNode node = LocalNode.start(LocalNode.Options.in(dir.resolve("node")));
        LockstepClient alice = open(node, "alice")) {
      enrol(alice, "alice");
      try (LockstepClient bob = open(node, "bob")) {
        enrol(bob, "bob");
        group = alice.createGroup(GroupOptions.open());
        alice.add(group, new UserName("bob"));
        next(bob, ClientEvent.Joined.class);
      }
      for (int i = 0; i < MESSAGES; i++) {
        alice.send(group, text("message " + i));
      }
      try (StartLookup starts = StartLookup.open(kafka(node), LOG)) {
        String key = "g:" + HexFormat.of().formatHex(group.bytes());
        partition = Partitions.of(key, starts.partitions());
        trim(node, partition, starts);
      }
      assertProved(node, partition);
    }
    try (LocalNode node = LocalNode.start(LocalNode.Options.in(dir.resolve("node")));
        LockstepClient alice = open(node, "alice");
        LockstepClient bob = open(node, "bob")) {
      ClientEvent.OutOfStep lost = next(bob, ClientEvent.OutOfStep.class);
      assertEquals(group, lost.group());
      assertEquals(KEPT_FROM + 1, lost.sequence(), "the first that is still there");

      alice.update(group);
      bob.resync(group);
      next(bob, ClientEvent.Joined.class);
      alice.send(group, text("welcome back"));
      assertEquals(
          "welcome back",
          new String(next(bob, ClientEvent.MessageReceived.class).data(), StandardCharsets.UTF_8));
      assertProved(node, partition);
    }
  }

  private static KafkaConnection kafka(LocalNode node) {
    return KafkaConnection.to(node.kafkaBootstrap());
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private LockstepClient open(LocalNode node, String name) {
    return LockstepClient.open(
        ClientConfig.of(
            dir.resolve(name),
            StateKey.passphrase("a passphrase"),
            ServiceTarget.plaintext(node.gatewayTarget()),
            ServiceTarget.plaintext(node.authenticationTarget()),
            node.trustAnchor()));
  }

  private static void enrol(LockstepClient client, String name) {
    UserName user = new UserName(name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    client.register(user, account, "");
    client.enrol(user, account);
    client.publishKeyPackages(2);
  }

  /** The next event of a kind; others are passed over. */
  private static <T extends ClientEvent> T next(LockstepClient client, Class<T> kind)
      throws InterruptedException {
    while (true) {
      ClientEvent event = client.poll(PATIENCE).orElseThrow();
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
    }
  }

  /** As Kafka's retention does, when a watermark stands behind what is removed. */
  private static void trim(LocalNode node, int partition, StartLookup starts) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (starts.find(partition, new StartAt.Watermark()).get().position().logOffset()
        < KEPT_FROM) {
      assertTrue(System.nanoTime() - deadline < 0, "no watermark in time");
      TimeUnit.MILLISECONDS.sleep(50);
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.kafkaBootstrap()))) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(LOG.log(), partition),
                  RecordsToDelete.beforeOffset(KEPT_FROM)))
          .all()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private void assertProved(LocalNode node, int partition) throws Exception {
    Path file = dir.resolve("report.json");
    CommandRun run =
        CommandRun.of("log", "verify", "--kafka", node.kafkaBootstrap(), "--json", file.toString());
    assertEquals(0, run.exitCode(), run::everything);
    assertTrue(
        run.out().contains("begins at offset " + KEPT_FROM + ": proved from offset "),
        run::everything);
    assertTrue(
        run.out().contains("(1 partitions from a checkpoint, since their beginning is gone)"),
        run::everything);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertTrue(json.get("proved").asBoolean(), json::toString);
    assertEquals(KEPT_FROM, json.get("partitions").get(partition).get("begin").asLong());
  }
}
