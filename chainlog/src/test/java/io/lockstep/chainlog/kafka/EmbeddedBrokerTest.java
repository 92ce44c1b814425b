package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.LogName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  @TempDir Path dir;

  @Test
  void topicsSurviveARestartOnTheSamePortAndAnotherShapeIsRefused() {
    LogName log = new LogName("counters");
    LogTopicSpec spec = new LogTopicSpec(2, 1, 100_000);
    String first;
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir)) {
      first = broker.bootstrap();
      LogTopics.ensure(broker.connection(), log, spec);
      LogTopics.ensure(broker.connection(), log, spec);
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir)) {
      assertEquals(first, broker.bootstrap());
      LogTopics.ensure(broker.connection(), log, spec);
      LogTopicsRefused other =
          assertThrows(
              LogTopicsRefused.class,
              () -> LogTopics.ensure(broker.connection(), log, new LogTopicSpec(3, 1, 100_000)));
      assertTrue(other.getMessage().contains("partitions=2"), other.getMessage());
      LogTopicsRefused larger =
          assertThrows(
              LogTopicsRefused.class,
              () -> LogTopics.ensure(broker.connection(), log, new LogTopicSpec(2, 1, 200_000)));
      assertTrue(larger.getMessage().contains("max.message.bytes="), larger.getMessage());
    }
  }
}
