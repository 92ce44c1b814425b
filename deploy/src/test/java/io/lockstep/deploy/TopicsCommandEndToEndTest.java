package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./lockstep topics}, and a node's refusal to start on topics that are wrong. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TopicsCommandEndToEndTest {
  @TempDir private Path dir;

  @Test
  void topicsAreMadeCheckedAndShownAndANodeRefusesWrongOnes() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      Path settings =
          Files.writeString(
              dir.resolve("node.properties"),
              """
              roles = sequencer
              kafka.bootstrap = %s
              topics.partitions = 2
              topics.replication = 1
              data = data
              sequencer.internal = 127.0.0.1:0
              """
                  .formatted(broker.bootstrap()));
      String[] file = {"--settings", settings.toString()};

      CommandRun before = topics(file, "--check");
      assertEquals(1, before.exitCode(), before::everything);
      assertTrue(before.out().contains("topic lockstep.log is missing"), before::everything);

      CommandRun short47 = topics(file, "--create", "--retention-hours", "47");
      assertEquals(2, short47.exitCode(), short47::everything);
      assertTrue(
          short47.err().contains("a log is kept for at least 48 hours: 47"), short47::everything);

      CommandRun limited =
          topics(file, "--create", "--log", "lockstep.directory", "--retention-hours", "72");
      assertEquals(0, limited.exitCode(), limited::everything);
      assertTrue(
          limited.out().matches("(?s).*lockstep\\.directory\\.log .* 72 h .*"),
          limited::everything);

      CommandRun created = topics(file, "--create");
      assertEquals(0, created.exitCode(), created::everything);
      assertTrue(
          created.out().matches("(?s).*lockstep\\.keys\\.log +2 +1 +delete +unlimited +1 .*yes.*"),
          created::everything);
      assertEquals(0, topics(file, "--check").exitCode());

      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        admin
            .incrementalAlterConfigs(
                Map.of(
                    new ConfigResource(ConfigResource.Type.TOPIC, "lockstep.log"),
                    List.of(
                        new AlterConfigOp(
                            new ConfigEntry("retention.ms", "86400000"),
                            AlterConfigOp.OpType.SET))))
            .all()
            .get(10, TimeUnit.SECONDS);
      }
      String wrong =
          "topic lockstep.log has retention.ms=86400000, it must be -1 or at least 172800000";
      CommandRun described = topics(file);
      assertEquals(0, described.exitCode(), described::everything);
      assertTrue(described.out().contains("WRONG: " + wrong), described::everything);
      assertTrue(described.out().contains(" 24 h "), described::everything);
      assertFalse(described.out().contains("lockstep.keys.log has"), described::everything);
      CommandRun checked = topics(file, "--check", "--log", "lockstep");
      assertEquals(1, checked.exitCode(), checked::everything);
      assertEquals("  WRONG: " + wrong + "\n", checked.out());

      CommandRun retention = CommandRun.of("node", "--settings", settings.toString());
      assertEquals(1, retention.exitCode(), retention::everything);
      assertTrue(retention.err().contains("lockstep: " + wrong), retention::everything);

      Files.writeString(
          settings, Files.readString(settings).replace("partitions = 2", "partitions = 3"));
      CommandRun partitions = CommandRun.of("node", "--settings", settings.toString());
      assertEquals(1, partitions.exitCode(), partitions::everything);
      assertTrue(
          partitions
              .err()
              .contains("topic lockstep.log has partitions=2 but partitions=3 is configured"),
          partitions::everything);
    }
  }

  private static CommandRun topics(String[] where, String... what) {
    String[] arguments = new String[1 + where.length + what.length];
    arguments[0] = "topics";
    System.arraycopy(where, 0, arguments, 1, where.length);
    System.arraycopy(what, 0, arguments, 1 + where.length, what.length);
    return CommandRun.of(arguments);
  }
}
