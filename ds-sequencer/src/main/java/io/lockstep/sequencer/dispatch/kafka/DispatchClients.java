package io.lockstep.sequencer.dispatch.kafka;

import io.lockstep.chainlog.kafka.KafkaConnection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The dispatcher's Kafka clients, with every setting that it rests on spelled out. */
final class DispatchClients {
  static final int DELIVERY_MILLIS_MAX = 10_000;

  private static final int REQUEST_MILLIS_MAX = 5_000;
  private static final int API_MILLIS_MAX = 10_000;
  private static final int POLL_RECORDS_MAX = 200;
  private static final int FETCH_BYTES_MAX = 8 << 20;
  private static final int IN_FLIGHT_MAX = 5;
  private static final long BUFFER_BYTES_MAX = 32L << 20;
  private static final int REQUEST_BYTES_MAX = 128 << 20;

  private DispatchClients() {}

  static KafkaConsumer<byte[], byte[]> consumer(KafkaConnection kafka, String group) {
    Map<String, Object> settings = settings(kafka);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_MILLIS_MAX);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Map<String, Object> settings = settings(kafka);
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, IN_FLIGHT_MAX);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES_MAX);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY_MILLIS_MAX);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS_MAX);
    // The broker's limit decides, and its refusal is counted.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES_MAX);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> settings(KafkaConnection kafka) {
    Map<String, Object> settings = new HashMap<>(kafka.extra());
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrap());
    return settings;
  }
}
