package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.KafkaConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The baseline: produce, consume and produce again, consume; with the acks of the chained log and
 * no state. What is slower than this is the price of ordering.
 */
final class RawHops implements Pipeline {
  private static final String FIRST = "bench.raw.first";
  private static final String SECOND = "bench.raw.second";
  private static final Duration POLL = Duration.ofMillis(100);

  private final int partitions;
  private final int payloadBytes;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaProducer<byte[], byte[]> forwarder;
  private final Tail first;
  private final Tail second;
  private final Map<Long, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();

  private RawHops(KafkaConnection kafka, int partitions, int payloadBytes) {
    this.partitions = partitions;
    this.payloadBytes = payloadBytes;
    this.producer = producer(kafka);
    this.forwarder = producer(kafka);
    this.first = new Tail(kafka, FIRST, partitions, this::forward);
    this.second = new Tail(kafka, SECOND, partitions, this::arrived);
  }

  static RawHops start(KafkaConnection kafka, int partitions, int payloadBytes)
      throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(properties(kafka))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(FIRST, partitions, (short) 1),
                  new NewTopic(SECOND, partitions, (short) 1)))
          .all()
          .get();
    }
    RawHops hops = new RawHops(kafka, partitions, payloadBytes);
    hops.first.start();
    hops.second.start();
    return hops;
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

  private static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Map<String, Object> config = new HashMap<>(kafka.extra());
    config.put("bootstrap.servers", kafka.bootstrap());
    config.put("acks", "all");
    config.put("enable.idempotence", true);
    config.put("linger.ms", 0);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Follows all partitions of a topic on a thread of its own. */
  private static final class Tail {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;

    Tail(
        KafkaConnection kafka,
        String topic,
        int partitions,
        Consumer<ConsumerRecord<byte[], byte[]>> each) {
      Map<String, Object> config = new HashMap<>(kafka.extra());
      config.put("bootstrap.servers", kafka.bootstrap());
      config.put("enable.auto.commit", false);
      config.put("fetch.min.bytes", 1);
      this.consumer =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      List<TopicPartition> all =
          IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      this.thread = Thread.ofPlatform().name(topic).unstarted(() -> follow(each));
    }

    void start() {
      thread.start();
    }

    private void follow(Consumer<ConsumerRecord<byte[], byte[]>> each) {
      try (consumer) {
        while (true) {
          consumer.poll(POLL).forEach(each);
        }
      } catch (WakeupException e) {
        // close() ends the loop this way.
      }
    }

    void close() {
      consumer.wakeup();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
