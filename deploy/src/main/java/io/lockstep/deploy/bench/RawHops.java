package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.KafkaConnection;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The baseline: produce, consume and produce again, consume; with the acks of the chained log and
 * no state. What is slower than this is the price of ordering.
 */
final class RawHops implements Pipeline {
  private static final String FIRST = "bench.raw.first";
  private static final String SECOND = "bench.raw.second";
  private static final int READY_SECONDS_MAX = 30;

  private final int partitions;
  private final int payloadBytes;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaProducer<byte[], byte[]> forwarder;
  private final TopicTail first;
  private final TopicTail second;
  private final Map<Long, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();

  private RawHops(KafkaConnection kafka, int partitions, int payloadBytes) {
    this.partitions = partitions;
    this.payloadBytes = payloadBytes;
    this.producer = producer(kafka);
    this.forwarder = producer(kafka);
    this.first = new TopicTail(kafka, FIRST, partitions, this::forward);
    this.second = new TopicTail(kafka, SECOND, partitions, this::arrived);
  }

  static RawHops start(KafkaConnection kafka, int partitions, int replication, int payloadBytes)
      throws InterruptedException, ExecutionException {
    createTopics(kafka, partitions, replication, List.of(FIRST, SECOND));
    RawHops hops = new RawHops(kafka, partitions, payloadBytes);
    hops.first.start();
    hops.second.start();
    return hops;
  }

  /** Waits until every partition has a leader: what is produced earlier may be lost. */
  static void createTopics(
      KafkaConnection kafka, int partitions, int replication, List<String> names)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    for (String name : names) {
      for (int p = 0; p < partitions; p++) {
        all.put(new TopicPartition(name, p), OffsetSpec.latest());
      }
    }
    try (Admin admin = Admin.create(properties(kafka))) {
      admin
          .createTopics(
              names.stream()
                  .map(name -> new NewTopic(name, partitions, (short) replication))
                  .toList())
          .all()
          .get();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
      while (!isReady(admin, names, all)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the topics are not ready in time: " + names);
        }
      }
    }
  }

  /** So that what comes next does not meet a broker with more partitions than what came before. */
  static void deleteTopics(KafkaConnection kafka, List<String> names)
      throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(properties(kafka))) {
      admin.deleteTopics(names).all().get();
    }
  }

  /**
   * Kafka's client asks again by itself for as long as a partition has no leader. It must not be
   * asked about the offsets of topics that the broker has not heard of yet: it logs an error for
   * each.
   */
  private static boolean isReady(
      Admin admin, List<String> names, Map<TopicPartition, OffsetSpec> all)
      throws InterruptedException {
    try {
      return admin.describeTopics(names).allTopicNames().get().size() == names.size()
          && admin.listOffsets(all).all().get().size() == all.size();
    } catch (ExecutionException notYet) {
      return false;
    }
  }

  @Override
  public CompletionStage<?> send() {
    long id = ids.incrementAndGet();
    byte[] value = new byte[payloadBytes];
    ThreadLocalRandom.current().nextBytes(value);
    ByteBuffer.wrap(value).putLong(id);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    pending.put(id, answer);
    var _ =
        producer.send(
            new ProducerRecord<>(FIRST, (int) (id % partitions), null, value),
            (metadata, error) -> {
              if (error != null) {
                answer.completeExceptionally(error);
              }
            });
    return answer;
  }

  /** A send that fails shows as an answer that never comes. */
  private void forward(ConsumerRecord<byte[], byte[]> message) {
    var _ =
        forwarder.send(
            new ProducerRecord<>(SECOND, message.partition(), message.key(), message.value()));
  }

  private void arrived(ConsumerRecord<byte[], byte[]> message) {
    CompletableFuture<Void> answer = pending.remove(ByteBuffer.wrap(message.value()).getLong());
    if (answer != null) {
      answer.complete(null);
    }
  }

  @Override
  public void close() {
    first.close();
    second.close();
    producer.close();
    forwarder.close();
  }

  private static Properties properties(KafkaConnection kafka) {
    Properties properties = new Properties();
    properties.putAll(kafka.extra());
    properties.put("bootstrap.servers", kafka.bootstrap());
    return properties;
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Map<String, Object> config = new HashMap<>(kafka.extra());
    config.put("bootstrap.servers", kafka.bootstrap());
    config.put("acks", "all");
    config.put("enable.idempotence", true);
    config.put("linger.ms", 0);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
