package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The four topics of a log: made if missing, checked if there. */
public final class LogTopics {
  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final Admin admin;
  private final long deadlineNanos = System.nanoTime() + READY_MAX.toNanos();

  private LogTopics(Admin admin) {
    this.admin = admin;
  }

  /**
   * Makes the topics that are missing, waits until every partition can be written (a record that is
   * produced earlier may be lost), and checks partition counts and the settings that the log's
   * correctness rests on. Idempotent; several processes may call it at once.
   *
   * @throws LogTopicsRefused when a topic is not as it must be, or the cluster does not answer
   *     within a minute
   */
  public static void ensure(KafkaConnection kafka, LogName log, LogTopicSpec spec) {
    Map<String, Map<String, String>> wanted = settings(log, spec);
    try (Admin admin = Admin.create(kafka.settings(Map.of()))) {
      LogTopics topics = new LogTopics(admin);
      topics.create(wanted, spec);
      topics.awaitReady(wanted.keySet(), spec.partitions());
      topics.checkSettings(wanted);
    }
  }

  private static Map<String, Map<String, String>> settings(LogName log, LogTopicSpec spec) {
    Map<String, Map<String, String>> wanted = new LinkedHashMap<>();
    wanted.put(
        log.submissions(),
        Map.of(
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(spec.maxRecordBytes()),
            TopicConfig.CLEANUP_POLICY_CONFIG, "delete",
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            TopicConfig.RETENTION_BYTES_CONFIG, "-1"));
    wanted.put(
        log.log(),
        Map.of(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(spec.logRecordBytes()),
            TopicConfig.CLEANUP_POLICY_CONFIG, "delete",
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            TopicConfig.RETENTION_BYTES_CONFIG, "-1"));
    Map<String, String> compacted =
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, "compact",
            // Only closed segments are compacted, and a busy partition writes a watermark every
            // second.
            TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofHours(1).toMillis()),
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(spec.logRecordBytes()));
    wanted.put(log.state(), compacted);
    wanted.put(log.watermarks(), compacted);
    return wanted;
  }

  private void create(Map<String, Map<String, String>> wanted, LogTopicSpec spec) {
    List<NewTopic> topics = new ArrayList<>();
    wanted.forEach(
        (name, configs) ->
            topics.add(
                new NewTopic(name, spec.partitions(), (short) spec.replication())
                    .configs(configs)));
    for (Map.Entry<String, KafkaFuture<Void>> made :
        admin.createTopics(topics).values().entrySet()) {
      try {
        answer(made.getValue());
      } catch (TopicExistsException there) {
        // Another process was first, or it is from an earlier start; it is checked below.
      } catch (RuntimeException e) {
        throw new LogTopicsRefused(
            "topic " + made.getKey() + " cannot be made: " + e.getMessage(), e);
      }
    }
  }

  private void awaitReady(Set<String> names, int partitions) {
    while (true) {
      try {
        checkPartitions(names, partitions);
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String name : names) {
          for (int p = 0; p < partitions; p++) {
            ends.put(new TopicPartition(name, p), OffsetSpec.latest());
          }
        }
        answer(admin.listOffsets(ends).all());
        return;
      } catch (RetriableException notYet) {
        lookAgainLater(notYet);
      }
    }
  }

  private void checkPartitions(Set<String> names, int partitions) {
    for (TopicDescription topic : answer(admin.describeTopics(names).allTopicNames()).values()) {
      int there = topic.partitions().size();
      if (there != partitions) {
        throw new LogTopicsRefused(
            "topic "
                + topic.name()
                + " has partitions="
                + there
                + " but partitions="
                + partitions
                + " is configured; the number of partitions of a log can never change");
      }
    }
  }

  private void checkSettings(Map<String, Map<String, String>> wanted) {
    List<ConfigResource> resources =
        wanted.keySet().stream()
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    Map<ConfigResource, Config> there = answer(admin.describeConfigs(resources).all());
    there.forEach(
        (resource, config) ->
            wanted.get(resource.name()).entrySet().stream()
                .filter(e -> isChecked(e.getKey()))
                .forEach(
                    e -> check(resource.name(), e.getKey(), e.getValue(), config.get(e.getKey()))));
  }

  /** A wish for speed is not checked: operators may have better ones. */
  private static boolean isChecked(String setting) {
    return !setting.equals(TopicConfig.SEGMENT_MS_CONFIG);
  }

  private static void check(String topic, String setting, String wanted, ConfigEntry entry) {
    String there = entry == null ? "(unset)" : entry.value();
    boolean good =
        setting.equals(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
            ? entry != null && Integer.parseInt(there) >= Integer.parseInt(wanted)
            : wanted.equals(there);
    if (!good) {
      throw new LogTopicsRefused(
          "topic " + topic + " has " + setting + "=" + there + ", it must be " + wanted);
    }
  }

  private void lookAgainLater(RuntimeException why) {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new LogTopicsRefused("topics were not ready within " + READY_MAX, why);
    }
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogTopicsRefused("interrupted while waiting for topics", e);
    }
  }

  private <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new LogTopicsRefused("Kafka refused: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new LogTopicsRefused("Kafka did not answer within " + READY_MAX, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogTopicsRefused("interrupted while waiting for Kafka", e);
    }
  }
}
