package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.owner.LogBounds;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Looks up where partitions begin and end, without holding up a consumer's thread. Thread-safe. */
final class Offsets implements AutoCloseable {
  private static final int REQUEST_MILLIS_MAX = 5_000;

  /**
   * A look-up that takes longer has failed; whoever needs it asks again. Within this time Kafka's
   * client asks again by itself.
   */
  private static final int LOOK_UP_MILLIS_MAX = 60_000;

  private final Admin admin;

  Offsets(KafkaConnection kafka) {
    this(kafka, Duration.ofMillis(LOOK_UP_MILLIS_MAX));
  }

  /**
   * @param max of a look-up
   */
  Offsets(KafkaConnection kafka, Duration max) {
    int millis = Math.toIntExact(max.toMillis());
    this.admin =
        Admin.create(
            Clients.settings(
                kafka,
                Map.of(
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    Math.min(millis, REQUEST_MILLIS_MAX),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    millis)));
  }

  int partitions(String topic) {
    return join(admin
            .describeTopics(List.of(topic))
            .topicNameValues()
            .get(topic)
            .toCompletionStage())
        .partitions()
        .size();
  }

  /** The topic's {@code max.message.bytes}. */
  int recordBytesMax(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> configs =
        join(admin.describeConfigs(List.of(resource)).all().toCompletionStage());
    return Integer.parseInt(
        configs.get(resource).get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
  }

  CompletableFuture<Map<TopicPartition, Long>> ends(Collection<TopicPartition> partitions) {
    return look(partitions, OffsetSpec.latest());
  }

  CompletableFuture<Map<TopicPartition, Long>> begins(Collection<TopicPartition> partitions) {
    return look(partitions, OffsetSpec.earliest());
  }

  CompletableFuture<Map<TopicPartition, LogBounds>> bounds(Collection<TopicPartition> partitions) {
    return look(partitions, OffsetSpec.earliest())
        .thenCombine(
            look(partitions, OffsetSpec.latest()),
            (begins, ends) -> {
              Map<TopicPartition, LogBounds> bounds = new HashMap<>();
              begins.forEach((p, begin) -> bounds.put(p, new LogBounds(begin, ends.get(p))));
              return bounds;
            });
  }

  private CompletableFuture<Map<TopicPartition, Long>> look(
      Collection<TopicPartition> partitions, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(p -> request.put(p, spec));
    return admin
        .listOffsets(request)
        .all()
        .toCompletionStage()
        .thenApply(
            infos -> {
              Map<TopicPartition, Long> offsets = new HashMap<>();
              for (Map.Entry<TopicPartition, ListOffsetsResultInfo> info : infos.entrySet()) {
                offsets.put(info.getKey(), info.getValue().offset());
              }
              return offsets;
            })
        .toCompletableFuture();
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
