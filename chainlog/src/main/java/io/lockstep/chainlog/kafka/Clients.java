package io.lockstep.chainlog.kafka;

import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka clients with every setting that correctness or latency rests on spelled out. */
final class Clients {
  /**
   * Longest wait for records at the broker. It delays nothing but a partition that is added while a
   * fetch is waiting.
   */
  static final int FETCH_WAIT_MILLIS_MAX = 50;

  /** A record that is not acknowledged by then has failed. */
  static final int DELIVERY_MILLIS_MAX = 30_000;

  private static final int POLL_RECORDS_MAX = 1000;
  private static final int FETCH_BYTES_MAX = 8 << 20;
  private static final int REQUEST_MILLIS_MAX = 5_000;
  private static final int BATCH_BYTES = 64 << 10;
  private static final int LINGER_MILLIS = 0;
  private static final int IN_FLIGHT_MAX = 5;

  /**
   * A client that has lost a broker tries again that often, so that it is back soon after the
   * broker is.
   */
  private static final int RECONNECT_MILLIS_MIN = 50;

  private static final int RECONNECT_MILLIS_MAX = 500;

  /**
   * A host that does not answer is asked no longer than this. A client asks who leads a partition
   * now each time that it has given up to connect, so a partition whose leader has died is found
   * again that much later than Kafka has moved it, at most.
   */
  private static final int CONNECT_MILLIS = 1_500;

  private Clients() {}

  /** Settings that all clients share, completed and overridden by their own. */
  static Map<String, Object> settings(KafkaConnection kafka, Map<String, Object> own) {
    Map<String, Object> settings =
        kafka.settings(
            Map.of(
                CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, RECONNECT_MILLIS_MIN,
                CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS_MAX,
                CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, CONNECT_MILLIS,
                CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, CONNECT_MILLIS));
    settings.putAll(own);
    return settings;
  }

  /** A consumer that never commits and never guesses a position. */
  static KafkaConsumer<byte[], byte[]> consumer(KafkaConnection kafka, Map<String, Object> more) {
    Map<String, Object> settings =
        settings(
            kafka,
            Map.of(
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                "classic",
                ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                1,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                FETCH_WAIT_MILLIS_MAX,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                FETCH_BYTES_MAX,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                POLL_RECORDS_MAX,
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                REQUEST_MILLIS_MAX,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false));
    settings.putAll(more);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** An idempotent producer without linger. */
  static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka, Map<String, Object> more) {
    Map<String, Object> settings =
        settings(
            kafka,
            Map.of(
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, IN_FLIGHT_MAX,
                ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS,
                ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS_MAX,
                // The broker's limits decide; a client's own would only be a second place to
                // forget.
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 128 << 20));
    settings.putAll(more);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
