package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An idempotent producer that is not trusted after its first error: it sends nothing more until it
 * is opened again, since what is sent behind a lost record cannot continue the chain. Thread-safe.
 *
 * <pre>
 *   open ──error──▶ failed ──prepare()──▶ preparing ──Kafka answers──▶ prepared ──reopen()──▶ open
 * </pre>
 *
 * However long Kafka is away, there is one producer, which asks for its topics until it is told.
 */
final class FailStopProducer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FailStopProducer.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final long PREPARE_PAUSE_MILLIS = 200;

  /** Of records that Kafka has not taken; who sends more waits for room. */
  private static final long BUFFER_BYTES = 32L << 20;

  /**
   * Longest wait for room. When Kafka takes nothing at all for so long, it is as good as an error.
   */
  private static final int BLOCK_MILLIS_MAX = 5_000;

  private final KafkaConnection kafka;
  private final List<String> topics;
  private final BiConsumer<ProducerRecord<byte[], byte[]>, Exception> onFailure;
  private volatile Generation current;
  private volatile Generation next;
  private volatile boolean closed;

  private static final class Generation {
    final KafkaProducer<byte[], byte[]> producer;
    volatile boolean failed;
    volatile boolean prepared;

    Generation(KafkaProducer<byte[], byte[]> producer) {
      this.producer = producer;
    }
  }

  /**
   * @param topics that will be written to
   * @param onFailure called for the first record of a producer that was not written, and for each
   *     that is too large; on the producer's thread or the caller's
   */
  FailStopProducer(
      KafkaConnection kafka,
      List<String> topics,
      BiConsumer<ProducerRecord<byte[], byte[]>, Exception> onFailure) {
    this.kafka = kafka;
    this.topics = topics;
    this.onFailure = onFailure;
    this.current = open();
  }

  private Generation open() {
    return new Generation(
        Clients.producer(
            kafka,
            Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                BLOCK_MILLIS_MAX,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                BUFFER_BYTES)));
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
    send(record, () -> {});
  }

  /**
   * @param onWritten called when the record is written, on the producer's thread; never when it is
   *     not known to be
   */
  void send(ProducerRecord<byte[], byte[]> record, Runnable onWritten) {
    Generation generation = current;
    if (generation.failed) {
      return;
    }
    try {
      var _ =
          generation.producer.send(
              record,
              (metadata, failure) -> {
                if (failure == null) {
                  onWritten.run();
                } else {
                  fail(generation, record, failure);
                }
              });
    } catch (RuntimeException e) {
      fail(generation, record, e);
    }
  }

  private void fail(
      Generation generation, ProducerRecord<byte[], byte[]> record, Exception failure) {
    boolean first = !generation.failed;
    generation.failed = true;
    if (first || failure instanceof RecordTooLargeException) {
      onFailure.accept(record, failure);
    }
  }

  /**
   * Gets ready to be opened again, if that has not begun yet; drops what is in flight. Never waits
   * for Kafka.
   */
  void prepare() {
    if (next == null && !closed) {
      current.failed = true;
      current.producer.close(Duration.ZERO);
      Generation fresh = open();
      next = fresh;
      Thread.ofVirtual().name("producer-topics").start(() -> prepare(fresh));
    }
  }

  private void prepare(Generation fresh) {
    while (!closed && !fresh.prepared) {
      try {
        topics.forEach(topic -> fresh.producer.partitionsFor(topic));
        fresh.prepared = true;
      } catch (InterruptException | IllegalStateException e) {
        return; // It was closed in the meantime.
      } catch (KafkaException e) {
        if (closed || !pause()) {
          return;
        }
        LOG.warn("Kafka does not say where {} is: {}", topics, e.toString());
      }
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PREPARE_PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** True when Kafka answers again. */
  boolean isPrepared() {
    Generation fresh = next;
    return fresh != null && fresh.prepared;
  }

  /** Only when {@link #isPrepared}. */
  void reopen() {
    current = next;
    next = null;
  }

  /**
   * Waits for what is in flight. What was not acknowledged in time counts as failed, and nothing
   * more is sent.
   */
  void flush(Duration max) {
    Generation generation = current;
    if (generation.failed) {
      return;
    }
    // Kafka's own waits until it gives the records up, which is far too long for a process that is
    // to end.
    Thread flushing =
        Thread.ofVirtual().name("producer-flush").start(() -> generation.producer.flush());
    try {
      if (!flushing.join(max)) {
        LOG.warn("Kafka has not taken all of what was sent to {} within {}", topics, max);
        generation.failed = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      generation.failed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    Generation unused = next;
    if (unused != null) {
      unused.producer.close(Duration.ZERO);
    }
    current.producer.close(current.failed ? Duration.ZERO : CLOSE_MAX);
  }
}
