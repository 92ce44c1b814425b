package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import io.lockstep.log.v1.Watermark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The four topics of a log: made if missing, checked if there. */
public final class LogTopics {
  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final Admin admin;
  private final LogName log;
  private final LogTopicSpec spec;
  private final long deadlineNanos = System.nanoTime() + READY_MAX.toNanos();

  private LogTopics(Admin admin, LogName log, LogTopicSpec spec) {
    this.admin = admin;
    this.log = log;
    this.spec = spec;
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
    try (Admin admin = Admin.create(kafka.settings(Map.of()))) {
      LogTopics topics = new LogTopics(admin, log, spec);
      topics.create();
      topics.awaitDescribed();
      topics.refuse(topics.inspect());
      topics.awaitReady();
    }
    checkFirstPartitions(kafka, log, spec);
  }

  /**
   * How the topics are, and what {@link #ensure} would refuse. Changes nothing.
   *
   * @throws LogTopicsRefused when the cluster does not answer within a minute
   */
  public static List<TopicReport> inspect(KafkaConnection kafka, LogName log, LogTopicSpec spec) {
    try (Admin admin = Admin.create(kafka.settings(Map.of()))) {
      return new LogTopics(admin, log, spec).inspect();
    } catch (KafkaException e) {
      throw new LogTopicsRefused("Kafka does not answer: " + e.getMessage(), e);
    }
  }

  private void create() {
    List<NewTopic> topics = new ArrayList<>();
    for (String topic : TopicRules.topics(log)) {
      topics.add(
          new NewTopic(topic, spec.partitions(), (short) spec.replication())
              .configs(TopicRules.settings(log, topic, spec)));
    }
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

  /** What one broker has made, another may not know yet. */
  private void awaitDescribed() {
    while (TopicRules.topics(log).stream().anyMatch(topic -> describe(topic).isEmpty())) {
      lookAgainLater(new UnknownTopicOrPartitionException("a new topic is not known yet"));
    }
  }

  private List<TopicReport> inspect() {
    return TopicRules.topics(log).stream().map(this::inspect).toList();
  }

  private TopicReport inspect(String topic) {
    Optional<TopicDescription> description = describe(topic);
    if (description.isEmpty()) {
      return new TopicReport(topic, 0, 0, Map.of(), List.of("is missing"));
    }
    int partitions = description.get().partitions().size();
    int replication =
        description.get().partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
    List<String> problems = new ArrayList<>();
    if (partitions != spec.partitions()) {
      problems.add(
          "has partitions="
              + partitions
              + " but partitions="
              + spec.partitions()
              + " is configured; the number of partitions of a log can never change");
    }
    if (replication < spec.replication()) {
      problems.add("has replication=" + replication + ", it must be " + spec.replication());
    }
    Map<String, String> settings = settings(topic);
    TopicRules.problems(log, topic, spec, settings, replication).stream()
        .map(problem -> "has " + problem)
        .forEach(problems::add);
    return new TopicReport(topic, partitions, replication, settings, problems);
  }

  private Optional<TopicDescription> describe(String topic) {
    try {
      return Optional.of(answer(admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
    } catch (UnknownTopicOrPartitionException missing) {
      return Optional.empty();
    }
  }

  private Map<String, String> settings(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<String, String> settings = new HashMap<>();
    for (ConfigEntry entry : config(resource).entries()) {
      if (entry.value() != null) {
        settings.put(entry.name(), entry.value());
      }
    }
    return settings;
  }

  private Config config(ConfigResource resource) {
    while (true) {
      try {
        return answer(admin.describeConfigs(List.of(resource)).all()).get(resource);
      } catch (UnknownTopicOrPartitionException notYet) {
        // This broker is behind the one that described the topic.
        lookAgainLater(notYet);
      }
    }
  }

  private void refuse(List<TopicReport> reports) {
    List<String> problems =
        reports.stream()
            .flatMap(r -> r.problems().stream().map(p -> "topic " + r.topic() + " " + p))
            .toList();
    if (!problems.isEmpty()) {
      throw new LogTopicsRefused(String.join("; ", problems));
    }
  }

  private void awaitReady() {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (String topic : TopicRules.topics(log)) {
      for (int p = 0; p < spec.partitions(); p++) {
        ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
      }
    }
    while (true) {
      try {
        answer(admin.listOffsets(ends).all());
        return;
      } catch (RetriableException notYet) {
        lookAgainLater(notYet);
      }
    }
  }

  /**
   * Somebody may have given every topic more partitions and changed the setting as well. The
   * watermarks still say how many there were when streams were spread over them.
   */
  private static void checkFirstPartitions(KafkaConnection kafka, LogName log, LogTopicSpec spec) {
    List<Integer> all = IntStream.range(0, spec.partitions()).boxed().toList();
    try (Offsets offsets = new Offsets(kafka)) {
      if (WatermarkRecords.areEmpty(offsets, log, all)) {
        return;
      }
      try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(kafka, Map.of())) {
        for (Watermark watermark : WatermarkRecords.newest(consumer, offsets, log, all).values()) {
          if (watermark.getPartitions() != spec.partitions()) {
            throw new LogTopicsRefused(
                "log "
                    + log
                    + " was made with partitions="
                    + watermark.getPartitions()
                    + " ("
                    + log.watermarks()
                    + ") but now has partitions="
                    + spec.partitions()
                    + "; the number of partitions of a log can never change");
          }
        }
      }
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
