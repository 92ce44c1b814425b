package io.lockstep.deploy.node;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** What a node's settings file says about Kafka: {@code kafka.*} and {@code topics.*}. */
public record KafkaSettings(KafkaConnection connection, LogTopicSpec topics) {
  private static final int PARTITIONS_DEFAULT = 64;
  private static final int REPLICATION_DEFAULT = 3;
  private static final int RECORD_BYTES_MAX = 4 << 20;

  /** Topics of a cluster for which nothing is set. */
  public static final LogTopicSpec TOPICS_DEFAULT =
      new LogTopicSpec(PARTITIONS_DEFAULT, REPLICATION_DEFAULT, RECORD_BYTES_MAX);

  /**
   * Reads a file; the settings of roles in it are ignored.
   *
   * @throws SettingsRefused naming what is wrong with the file
   */
  public static KafkaSettings read(Path file) throws IOException {
    return of(Settings.read(file));
  }

  static KafkaSettings of(Settings settings) {
    return new KafkaSettings(
        new KafkaConnection(
            settings.text("kafka.bootstrap"), settings.below("kafka.", Set.of("kafka.bootstrap"))),
        new LogTopicSpec(
            settings.number("topics.partitions", PARTITIONS_DEFAULT),
            settings.number("topics.replication", REPLICATION_DEFAULT),
            RECORD_BYTES_MAX));
  }
}
