package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.KafkaConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Follows all partitions of a topic from their beginning, on a thread of its own. */
final class TopicTail implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;

  TopicTail(
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

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
