package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An idempotent producer that is not trusted after its first error: it sends nothing more until it
 * is opened again, since what is sent behind a lost record cannot continue the chain. Thread-safe.
 */
final class FailStopProducer implements AutoCloseable {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final KafkaConnection kafka;
  private final BiConsumer<ProducerRecord<byte[], byte[]>, Exception> onFailure;
  private volatile Generation current;

  private static final class Generation {
    final KafkaProducer<byte[], byte[]> producer;
    volatile boolean failed;

    Generation(KafkaProducer<byte[], byte[]> producer) {
      this.producer = producer;
    }
  }

  /**
   * @param onFailure called for each record that was not written, on the producer's thread or the
   *     caller's
   */
  FailStopProducer(
      KafkaConnection kafka, BiConsumer<ProducerRecord<byte[], byte[]>, Exception> onFailure) {
    this.kafka = kafka;
    this.onFailure = onFailure;
    this.current = open();
  }

  private Generation open() {
    return new Generation(Clients.producer(kafka, Map.of()));
  }

  /** From here on like after an error. */
  void distrust() {
    current.failed = true;
  }

  boolean hasFailed() {
    return current.failed;
  }

  /**
   * Sends, unless the producer has failed; then the record is dropped and somebody is about to open
   * it again.
   */
  void send(ProducerRecord<byte[], byte[]> record) {
    Generation generation = current;
    if (generation.failed) {
      return;
    }
    try {
      var _ =
          generation.producer.send(
              record,
              (metadata, failure) -> {
                if (failure != null) {
                  fail(generation, record, failure);
                }
              });
    } catch (RuntimeException e) {
      fail(generation, record, e);
    }
  }

  private void fail(
      Generation generation, ProducerRecord<byte[], byte[]> record, Exception failure) {
    generation.failed = true;
    onFailure.accept(record, failure);
  }

  /** Drops what is in flight and begins with a new producer. */
  void reopen() {
    current.failed = true;
    current.producer.close(Duration.ZERO);
    current = open();
  }

  void flush() {
    if (!current.failed) {
      current.producer.flush();
    }
  }

  @Override
  public void close() {
    current.producer.close(CLOSE_MAX);
  }
}
