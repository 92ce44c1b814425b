package io.lockstep.deploy.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.LoopbackPorts;
import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.mls.GroupId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The settings files of docs/operating.md, as they stand there but for the ports: two nodes on a
 * Kafka that is there already, and two people who talk through them.
 */
class RoleNodeEndToEndTest {
  private static final Path GUIDE = Path.of("..", "docs", "operating.md");
  private static final Pattern BLOCK = Pattern.compile("```properties\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
  private static final String DOCUMENTED_KAFKA = "9092";
  private static final String DOCUMENTED_GATEWAY = "7400";
  private static final String DOCUMENTED_AUTHENTICATION = "7401";

  @TempDir private Path dir;
  private final Map<String, Integer> ports = new HashMap<>();

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void theDocumentedNodesCarryMessages() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      String bootstrap = broker.bootstrap();
      ports.put(
          DOCUMENTED_KAFKA, Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1)));
      List<Path> files = documentedSettings();
      assertEquals(2, files.size(), "settings files in " + GUIDE);
      try (RoleNode _ = RoleNode.start(files.get(0));
          RoleNode _ = RoleNode.start(files.get(1));
          LockstepClient alice = enrolled("alice");
          LockstepClient bob = enrolled("bob")) {
        GroupId group = alice.createGroup(GroupOptions.closed());
        alice.add(group, new UserName("bob"));
        alice.send(group, "hello".getBytes(StandardCharsets.UTF_8));

        assertEquals("hello", nextText(bob));
      }
    }
  }

  private static String nextText(LockstepClient client) throws InterruptedException {
    while (true) {
      if (client.poll(Duration.ofSeconds(30)).orElseThrow() instanceof MessageReceived message) {
        return new String(message.data(), StandardCharsets.UTF_8);
      }
    }
  }

  private LockstepClient enrolled(String name) {
    LockstepClient client =
        LockstepClient.open(
            ClientConfig.of(
                dir.resolve(name),
                StateKey.passphrase("a passphrase"),
                ServiceTarget.plaintext("127.0.0.1:" + ports.get(DOCUMENTED_GATEWAY)),
                ServiceTarget.plaintext("127.0.0.1:" + ports.get(DOCUMENTED_AUTHENTICATION)),
                dir.resolve("keys/ca.pem")));
    UserName user = new UserName(name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    client.register(user, account, "");
    client.enrol(user, account);
    client.publishKeyPackages(2);
    return client;
  }

  private List<Path> documentedSettings() throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(GUIDE));
    List<Path> files = new ArrayList<>();
    while (block.find()) {
      String text = ADDRESS.matcher(block.group(1)).replaceAll(this::withFreePort);
      files.add(Files.writeString(dir.resolve("node-" + files.size() + ".properties"), text));
    }
    return files;
  }

  private String withFreePort(MatchResult address) {
    return "127.0.0.1:" + ports.computeIfAbsent(address.group(1), _ -> LoopbackPorts.free());
  }
}
